import { and, eq, isNull } from "drizzle-orm";
import { afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import type { Db } from "@/db/client";
import { sessions } from "@/db/schema/organizations";
import { useTestDatabase } from "@/db/testing";
import { makeOrganization } from "@/db/testing-data";
import { redeemLink } from "@/lib/auth/redeem-link";
import { forgetSessions } from "@/lib/auth/retention";
import { openSession } from "@/lib/auth/session";
import { openDatabase } from "@/lib/ctx";
import { resetEnv } from "@/lib/env";
import { createIntegration } from "@/lib/integrations/integrations";
import { CreateIntegration } from "@/lib/integrations/schema";
import { createInvitation, listInvitations, withdrawInvitation } from "@/lib/organizations/invitations";
import { createOrganization } from "@/lib/organizations/organizations";
import { CreateOrganization } from "@/lib/organizations/schema";
import { createApiToken, revokeApiToken } from "@/lib/organizations/tokens";
import { parseQuotas, QUOTA_DEFAULTS } from "@/lib/quota-defaults";

useTestDatabase();

let db: Db;
let org: Awaited<ReturnType<typeof makeOrganization>>;

beforeAll(async () => {
  db = await openDatabase();
});
// An organization of the tests has a token from the beginning.
beforeEach(async () => {
  org = await makeOrganization(db);
  process.env.ORGANIZATION_FOUNDERS = "everybody";
  process.env.QUOTAS = "tokens=4, invitations=3,integrations=3,organizations=3";
  resetEnv();
});
afterEach(() => {
  for (const name of ["QUOTAS", "ORGANIZATION_FOUNDERS"]) delete process.env[name];
  resetEnv();
});

const integration = CreateIntegration.parse({
  provider: "meta",
  category: "whatsapp",
  endpointUrl: "https://graph.facebook.com/v25.0",
  apiKey: "token",
  config: { sandbox: true },
});
const makers = {
  tokens: () => createApiToken(org.ctx, { name: "One", scopes: ["contacts:read"] }),
  invitations: () => createInvitation(org.ctx, { email: `${crypto.randomUUID()}@example.com`, role: "viewer" }),
  integrations: () => createIntegration(org.ctx, integration),
};

describe.each<[string, () => Promise<unknown>]>(Object.entries(makers))("%s", (quota, make) => {
  test("are as many as the quota allows, also when 20 are asked for at once, and the error names the limit", async () => {
    const made = await Promise.allSettled(Array.from({ length: 20 }, () => make()));
    expect(made.filter(({ status }) => status === "fulfilled")).toHaveLength(3);
    for (const one of made) {
      if (one.status === "rejected") {
        expect(one.reason).toMatchObject({
          code: "quota_exceeded",
          status: 409,
          details: { quota, limit: quota === "tokens" ? 4 : 3 },
        });
      }
    }
  });
});

test("members are as many as the quota allows, and an invitation to a full organization stays open", async () => {
  process.env.QUOTAS = "members=3";
  resetEnv();
  const asked = await Promise.allSettled(
    Array.from({ length: 6 }, async (_, i) => {
      const { url } = await createInvitation(org.ctx, { email: `${crypto.randomUUID()}@example.com`, role: "viewer" });
      const token = new URL(url).searchParams.get("token") ?? "";
      const request = new Request("http://localhost/api/v1/links", { method: "POST" });
      await redeemLink(
        { db, ip: null, now: new Date(), request },
        { token, name: `Person ${i}`, password: "correct horse battery" },
      );
    }),
  );
  expect(asked.filter(({ status }) => status === "fulfilled")).toHaveLength(2);
  for (const one of asked)
    if (one.status === "rejected")
      expect(one.reason).toMatchObject({ code: "quota_exceeded", details: { quota: "members", limit: 3 } });
  expect((await listInvitations(org.ctx, { limit: 25 })).data).toHaveLength(4);
});

test("what was given up makes room again", async () => {
  const [token] = await Promise.all([makers.tokens(), makers.tokens(), makers.tokens()]);
  await revokeApiToken(org.ctx, token.id);
  await makers.tokens();
  await expect(makers.tokens()).rejects.toMatchObject({ code: "quota_exceeded" });
  const [invitation] = await Promise.all([makers.invitations(), makers.invitations(), makers.invitations()]);
  await withdrawInvitation(org.ctx, invitation.id);
  await makers.invitations();
});

test("one organization's quota is not another's", async () => {
  await Promise.all([makers.tokens(), makers.tokens(), makers.tokens()]);
  org = await makeOrganization(db);
  await makers.tokens();
});

test("a person owns as many organizations as the quota allows, the first counted", async () => {
  const made = await Promise.allSettled(
    Array.from({ length: 10 }, () => createOrganization(org.ctx, CreateOrganization.parse({ name: "Another" }))),
  );
  expect(made.filter(({ status }) => status === "fulfilled")).toHaveLength(2);
});

test("a person is signed in in as many browsers as the quota allows: the one used least lately is signed out", async () => {
  process.env.QUOTAS = "sessions=3";
  resetEnv();
  const at = (minute: number) => new Date(Date.now() + minute * 60_000);
  const userId = org.ctx.actor.id;
  await db.delete(sessions).where(eq(sessions.userId, userId));
  const open = (minute: number) => openSession(db, { userId, userAgent: null, ip: null, now: at(minute) });
  const live = async () =>
    (
      await db
        .select()
        .from(sessions)
        .where(and(eq(sessions.userId, userId), isNull(sessions.revokedAt)))
    ).map(({ id }) => id);
  const [first, second, third] = [await open(1), await open(2), await open(3)];
  await db
    .update(sessions)
    .set({ lastSeenAt: at(4) })
    .where(eq(sessions.id, first?.id ?? ""));
  const fourth = await open(5);
  expect((await live()).sort()).toEqual([first, third, fourth].map((one) => one?.id).sort());
  expect(await live()).not.toContain(second?.id);
  await Promise.all(Array.from({ length: 10 }, () => open(6)));
  expect(await live()).toHaveLength(3);

  await forgetSessions(db, at(91 * 24 * 60));
  expect((await db.select().from(sessions).where(eq(sessions.userId, userId))).length).toBe(3);
});

test("QUOTAS names what differs, and a mistake in it is said", () => {
  expect(parseQuotas("tokens=5")).toEqual({ ...QUOTA_DEFAULTS, tokens: 5 });
  expect(parseQuotas("")).toEqual(QUOTA_DEFAULTS);
  for (const wrong of ["token=5", "tokens", "tokens=-1", "tokens=x", "constructor=1"])
    expect(() => parseQuotas(wrong)).toThrow(`"${wrong}" is not one of tokens`);
});
