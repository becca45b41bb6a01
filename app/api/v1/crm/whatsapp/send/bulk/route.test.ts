import { sql } from "drizzle-orm";
import { beforeAll, describe, expect, test } from "vitest";
import { ask } from "@/app/api/v1/testing";
import type { Db } from "@/db/client";
import { useTestDatabase } from "@/db/testing";
import { makeOrganization } from "@/db/testing-data";
import { testIntegration } from "@/lib/connection-test/connection-test";
import { recordConsent } from "@/lib/contacts/ledger";
import { openDatabase } from "@/lib/ctx";
import { createIntegration } from "@/lib/integrations/integrations";
import { POST } from "./route";

useTestDatabase();

let db: Db;
beforeAll(async () => {
  db = await openDatabase();
});

const order = (phoneNumber: string) => ({
  phoneNumber,
  template: "order_confirmation",
  language: "en",
  templateParams: { orderNumber: "1", customerName: "Ada" },
});

async function connected() {
  const organization = await makeOrganization(db);
  const { ctx } = organization;
  const { id } = await createIntegration(ctx, {
    provider: "meta",
    category: "whatsapp",
    apiKey: "token",
    endpointUrl: "https://graph.facebook.com/v26.0",
    config: { sandbox: true },
  });
  await testIntegration(ctx, id);
  await recordConsent(ctx, { phoneNumber: "+905551234567", status: "opted_in", purpose: "all", source: "test" });
  return { ...organization, integrationId: id };
}

const countOf = async (organizationId: string) =>
  (await db.execute<{ n: number }>(sql`select count(*)::int as n from messages where organization_id = ${organizationId}`))[0]?.n;

describe("POST /api/v1/crm/whatsapp/send/bulk", () => {
  test("refuses a wrong item alone, each in its place and with its reason", async () => {
    const { token, organizationId } = await connected();
    const messages = [
      order("+905551234567"),
      { phoneNumber: "+905551234567" },
      order("0555 123 45 67"),
      order("+905559999999"),
      order("+905551234567"),
      { ...order("+905551234567"), integrationId: "int_of_nobody" },
      "nonsense",
    ];
    const { status, body } = await ask(POST, { token, body: { messages } });
    expect(status).toBe(202);
    expect(body).toMatchObject({ accepted: 2, refused: 5 });
    expect(
      body.results.map((r: { index: number; id?: string; error?: { error: string } }) => r.error?.error ?? Boolean(r.id)),
    ).toEqual([
      true,
      "validation_failed",
      "invalid_phone_number",
      "recipient_not_opted_in",
      true,
      "not_found",
      "validation_failed",
    ]);
    expect(await countOf(organizationId)).toBe(2);
  });

  test("takes 1,000 and refuses 1,001 and none", async () => {
    const { token, organizationId } = await connected();
    const of = (n: number) => ask(POST, { token, body: { messages: Array.from({ length: n }, () => order("+905551234567")) } });
    expect((await of(1001)).status).toBe(400);
    expect((await of(0)).status).toBe(400);
    const { status, body } = await of(1000);
    expect(status).toBe(202);
    expect(body.accepted).toBe(1000);
    expect(await countOf(organizationId)).toBe(1000);
  });

  test("the same key gives the same answer once", async () => {
    const { token, organizationId } = await connected();
    const send = (messages: unknown[]) => ask(POST, { token, body: { messages }, headers: { "idempotency-key": "campaign-7" } });
    const [first, second] = await Promise.all([send([order("+905551234567")]), send([order("+905551234567")])]);
    expect(first.body).toEqual(second.body);
    expect(await countOf(organizationId)).toBe(1);
    expect((await send([order("+905551234567"), order("+905551234567")])).status).toBe(409);
  });
});
