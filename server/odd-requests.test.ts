import { readFile } from "node:fs/promises";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type OpenApi, oddRequests, sendOdd } from "@/bench/odd-requests";
import { useTestDatabase } from "@/db/testing";
import { makeOrganization } from "@/db/testing-data";
import { startTestConsole, type TestConsole } from "@/inngest/testing";
import { openDatabase } from "@/lib/ctx";
import { addIntegration } from "@/lib/messages/testing";
import { createApiToken } from "@/lib/organizations/tokens";

useTestDatabase();

const seed = Number(process.env.FUZZ_SEED ?? 20_261_125);
const REQUESTS = 1_500;

let app: TestConsole;
let token = "";
let ids: string[] = [];

beforeAll(async () => {
  const db = await openDatabase();
  app = await startTestConsole();
  const org = await makeOrganization(db);
  token = (await createApiToken(org.ctx, { name: "Odd", scopes: ["*"] })).token;
  const integration = await addIntegration(db, org.organizationId);
  const contact = await app.call(token, "POST", "/api/v1/crm/contacts", { phoneNumber: "+905551234567", name: "Ayşe" });
  ids = [integration.id, contact.body.id, integration.phoneNumberId, "%2B905551234567"];
});
afterAll(() => app.stop());

test(`nothing that a client can send is answered with 5xx (seed ${seed}, another with FUZZ_SEED)`, async () => {
  const description = JSON.parse(await readFile("public/openapi.json", "utf8")) as OpenApi;
  const { statuses, failures } = await sendOdd(
    app.url,
    oddRequests(description, { token, ids, pages: ["/", "/contacts"] }, seed),
    REQUESTS,
  );
  expect(failures).toEqual([]);
  expect(Object.values(statuses).reduce((sum, count) => sum + count)).toBe(REQUESTS);
  // It comes past the doors: some of it is done, most refused for what it says.
  expect((statuses[200] ?? 0) + (statuses[201] ?? 0)).toBeGreaterThan(REQUESTS / 20);
  expect(statuses[400]).toBeGreaterThan(REQUESTS / 5);
}, 240_000);
