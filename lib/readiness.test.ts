import { sql } from "drizzle-orm";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { GET as health } from "@/app/api/health/route";
import { GET as me } from "@/app/api/v1/me/route";
import { useTestDatabase } from "@/db/testing";
import { openDatabase } from "./ctx";
import { resetEnv } from "./env";
import { closeKeyring } from "./keyring";
import { settingsProblem } from "./readiness";

useTestDatabase();

function set(values: Record<string, string>): void {
  for (const [name, value] of Object.entries(values)) vi.stubEnv(name, value);
  resetEnv();
  closeKeyring();
}
const ask = async (handler: (request: Request, context: never) => Promise<Response>) => {
  const answer = await handler(new Request("http://localhost/"), { params: Promise.resolve({}) } as never);
  return { status: answer.status, body: await answer.json() };
};

beforeEach(() => set({}));
afterEach(() => {
  vi.unstubAllEnvs();
  resetEnv();
  closeKeyring();
});

describe("wrong settings are one sentence, 503 from every route, and nothing is accepted", () => {
  test.each([
    ["no encryption key", { ENCRYPTION_KEYS: "" }, /ENCRYPTION_KEYS is not set/],
    ["a short encryption key", { ENCRYPTION_KEYS: "k1:c2hvcnQ=" }, /it needs 32/],
    [
      "another key than the database's",
      { ENCRYPTION_KEYS: `other:${Buffer.alloc(32, 7).toString("base64")}` },
      /does not hold the key/,
    ],
    ["Vercel without Inngest", { VERCEL: "1" }, /INNGEST_EVENT_KEY and INNGEST_SIGNING_KEY/],
    ["half of Inngest's keys", { INNGEST_EVENT_KEY: "abc" }, /needs INNGEST_SIGNING_KEY/],
    ["a port that is none", { PORT: "99999999" }, /PORT is wrong/],
  ])("%s", async (_, values, sentence) => {
    await openDatabase();
    set(values);
    const checked = await ask(health);
    expect(checked).toMatchObject({ status: 503, body: { status: "not_ready", problem: expect.stringMatching(sentence) } });
    expect(await ask(me)).toMatchObject({ status: 503, body: { error: "not_ready", message: expect.stringMatching(sentence) } });
  });

  test("whole settings have no problem", () => {
    expect(settingsProblem()).toBeNull();
    set({ INNGEST_EVENT_KEY: "abc", INNGEST_SIGNING_KEY: "abcd" });
    expect(settingsProblem()).toBeNull();
  });
});

test("a database that was not brought up to date is 503 with the command that does it", async () => {
  const db = await openDatabase();
  await db.execute(sql`alter table drizzle.__drizzle_migrations rename to kept`);
  closeKeyring();
  expect(await ask(health)).toMatchObject({ status: 503, body: { database: { status: "not_migrated" } } });
  expect(await ask(me)).toMatchObject({ status: 503, body: { message: expect.stringContaining("npm run db:migrate") } });
  await db.execute(sql`alter table drizzle.kept rename to __drizzle_migrations`);
  expect((await ask(health)).status).toBe(200);
});
