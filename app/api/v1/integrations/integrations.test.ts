import { eq, sql } from "drizzle-orm";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { GET as readHealth } from "@/app/api/v1/integrations/[id]/health/route";
import { DELETE, PATCH, GET as readOne } from "@/app/api/v1/integrations/[id]/route";
import { POST as subscribe } from "@/app/api/v1/integrations/[id]/subscribe/route";
import { POST as testOne } from "@/app/api/v1/integrations/[id]/test/route";
import { GET as readWebhookValues } from "@/app/api/v1/integrations/[id]/webhook-values/route";
import { POST as create, GET as list } from "@/app/api/v1/integrations/route";
import { ask } from "@/app/api/v1/testing";
import type { Db } from "@/db/client";
import { integrations, lanes } from "@/db/schema/integrations";
import { messages, outreach } from "@/db/schema/messages";
import { templates } from "@/db/schema/templates";
import { useTestDatabase } from "@/db/testing";
import { makeOrganization } from "@/db/testing-data";
import { ensureContacts } from "@/lib/contacts/contacts";
import { type Ctx, openDatabase } from "@/lib/ctx";
import { resetEnv } from "@/lib/env";
import { newId } from "@/lib/ids";
import { getIntegrationRow, portfolioOf } from "@/lib/integrations/access";
import { pauseIntegration } from "@/lib/integrations/pause";
import { verifyTokenIndex } from "@/lib/integrations/webhook";
import type { MessageStatus } from "@/lib/messages/schema";
import { type SandboxServer, startSandboxServer } from "@/lib/sandbox/server";

useTestDatabase();
let db: Db;
let meta: SandboxServer;

beforeAll(async () => {
  meta = await startSandboxServer();
  process.env.GRAPH_ALLOWED_HOSTS = `graph.facebook.com,${meta.url},http://127.0.0.1:9`;
  resetEnv();
  db = await openDatabase();
});
afterAll(() => meta.close());

/** The guide's body, word for word. */
const GUIDE = {
  provider: "meta",
  category: "whatsapp",
  apiKey: "your-meta-access-token",
  apiSecret: "your-phone-number-id",
  endpointUrl: "https://graph.facebook.com/v18.0",
  config: { sandbox: true, phoneNumberId: "your-phone-number-id", businessAccountId: "your-business-account-id" },
};

/** A body for a number that the stand-in over HTTP knows. */
function realBody(given: {
  phoneNumberId: string;
  businessAccountId?: string;
  apiKey?: string;
  appSecret?: string | null;
  settings?: object;
}) {
  const {
    phoneNumberId,
    businessAccountId = `b${phoneNumberId}`,
    apiKey = `token-${phoneNumberId}`,
    appSecret = "0123456789abcdef",
    settings,
  } = given;
  meta.store.registerAccount({
    phoneNumberId,
    businessAccountId,
    accessToken: apiKey,
    appSecret: appSecret ?? "",
    webhookUrl: null,
    ...(settings && { settings }),
  });
  return {
    provider: "meta",
    category: "whatsapp",
    apiKey,
    apiSecret: phoneNumberId,
    endpointUrl: `${meta.url}/v25.0`,
    config: { businessAccountId, ...(appSecret && { appSecret }) },
  };
}

const SECRETS = ["your-meta-access-token", "accessToken", 'appSecret"', "verifyToken", "webhookVerifyToken"];

/** Ends when the stand-in over HTTP is next asked for something. */
function nextRequest(): Promise<void> {
  const { store } = meta;
  const accountsOf = store.accountsOf.bind(store);
  return new Promise((resolve) => {
    store.accountsOf = (token) => {
      store.accountsOf = accountsOf;
      resolve();
      return accountsOf(token);
    };
  });
}

describe("connecting", () => {
  test("the guide's body as it stands gives an unverified default integration, one warning and no secret", async () => {
    const { token } = await makeOrganization(db);
    const { status, body } = await ask(create, { token, body: GUIDE });
    expect(status).toBe(201);
    expect(body).toMatchObject({
      provider: "meta",
      category: "whatsapp",
      status: "unverified",
      isDefault: true,
      endpointUrl: "https://graph.facebook.com/v18.0",
      graphVersion: "v26.0",
      hasAppSecret: true,
      config: { sandbox: true, phoneNumberId: "your-phone-number-id", businessAccountId: "your-business-account-id" },
      webhookUrl: expect.stringMatching(/\/api\/v1\/crm\/whatsapp\/webhook$/),
    });
    expect(body.warnings.map((w: { code: string }) => w.code)).toEqual(["graph_version_expired"]);
    const shown = JSON.stringify([body, (await ask(readOne, { token, id: body.id })).body, (await ask(list, { token })).body]);
    for (const secret of SECRETS) expect(shown).not.toContain(secret);
  });

  test("either place of the phone number id will do, but two must agree", async () => {
    const { token } = await makeOrganization(db);
    const { apiSecret: _, ...withoutApiSecret } = GUIDE;
    expect((await ask(create, { token, body: withoutApiSecret })).body.config.phoneNumberId).toBe("your-phone-number-id");
    const onlyApiSecret = { ...GUIDE, config: { sandbox: true } };
    expect((await ask(create, { token, body: onlyApiSecret })).body.config).toMatchObject({
      phoneNumberId: "your-phone-number-id",
      businessAccountId: expect.stringMatching(/^\d{15}$/),
    });
    const { status, body } = await ask(create, { token, body: { ...GUIDE, apiSecret: "another" } });
    expect(status).toBe(400);
    expect(body).toMatchObject({ error: "validation_failed", details: [{ path: "apiSecret" }] });
  });

  test("a real number needs its ids, and says which are missing", async () => {
    const { token } = await makeOrganization(db);
    const { status, body } = await ask(create, { token, body: { provider: "meta", category: "whatsapp", apiKey: "t" } });
    expect(status).toBe(400);
    expect(body.details.map((d: { path: string }) => d.path)).toEqual(["config.phoneNumberId", "config.businessAccountId"]);
  });

  test.each([
    ["http://graph.facebook.com/v25.0", /https/],
    ["https://evil.example/v25.0", /GRAPH_ALLOWED_HOSTS/],
    ["https://graph.facebook.com/v25.0/me", /version/],
  ])("%s is refused", async (endpointUrl, sentence) => {
    const { token } = await makeOrganization(db);
    const { status, body } = await ask(create, { token, body: { ...GUIDE, endpointUrl } });
    expect(status).toBe(400);
    expect(body).toMatchObject({
      error: "validation_failed",
      message: expect.stringMatching(sentence),
      details: [{ path: "endpointUrl" }],
    });
  });

  test("a real number is connected once in an organization, sandbox ids are free", async () => {
    const { token } = await makeOrganization(db);
    const real = realBody({ phoneNumberId: "100200300" });
    expect((await ask(create, { token, body: real })).status).toBe(201);
    const again = await ask(create, { token, body: real });
    expect(again.status).toBe(409);
    expect(again.body).toMatchObject({ error: "conflict", message: expect.stringContaining("already connected") });
    expect((await ask(create, { token, body: GUIDE })).status).toBe(201);
    expect((await ask(create, { token, body: GUIDE })).status).toBe(201);
  });

  test("what another organization claims or holds is not told, and whoever proves a number has it", async () => {
    const [squatter, owner, late] = [await makeOrganization(db), await makeOrganization(db), await makeOrganization(db)];
    const real = realBody({ phoneNumberId: "100200301" });
    const claimed = await ask(create, { token: squatter.token, body: { ...real, apiKey: "garbage" } });
    expect(claimed.status).toBe(201);
    expect((await ask(testOne, { token: squatter.token, id: claimed.body.id })).body.status).toBe("failed");

    const owned = await ask(create, { token: owner.token, body: real });
    expect(owned.status).toBe(201);
    expect((await ask(testOne, { token: owner.token, id: owned.body.id })).body).toMatchObject({ ok: true, status: "verified" });
    expect((await ask(readOne, { token: owner.token, id: owned.body.id })).body.verifiedAt).not.toBeNull();

    // Nothing differs for one who has no access to the number, whether somebody holds it or not.
    const answers = [];
    for (const phoneNumberId of ["100200301", "100200302"]) {
      const made = await ask(create, {
        token: squatter.token,
        body: { ...real, apiSecret: phoneNumberId === "100200301" ? "100200309" : phoneNumberId, apiKey: "garbage" },
      });
      const report = await ask(testOne, { token: squatter.token, id: made.body.id });
      answers.push([made.status, report.status, report.body.status, report.body.checks.map((c: { code: string }) => c.code)]);
    }
    expect(answers[0]).toEqual(answers[1]);

    // Who proves it as well learns that it is held, and not by whom; the holder keeps it.
    const second = await ask(create, { token: late.token, body: real });
    const report = (await ask(testOne, { token: late.token, id: second.body.id })).body;
    expect(report).toMatchObject({ ok: false, status: "failed" });
    expect(report.checks.filter((c: { ok: boolean }) => !c.ok)).toMatchObject([{ name: "phone_number", code: "number_taken" }]);
    expect(JSON.stringify(report)).not.toContain(owner.organizationId);
    expect((await ask(readOne, { token: owner.token, id: owned.body.id })).body.status).toBe("verified");

    // A holder whose token Meta refuses no longer proves anything: the number goes over.
    await pauseIntegration(owner.ctx, owned.body.id, "token_invalid", 190);
    expect((await ask(testOne, { token: late.token, id: second.body.id })).body).toMatchObject({ ok: true, status: "verified" });
    expect((await ask(readOne, { token: owner.token, id: owned.body.id })).body.verifiedAt).toBeNull();
    expect((await ask(testOne, { token: owner.token, id: owned.body.id })).body.checks[1]).toMatchObject({
      code: "number_taken",
    });
  });

  test("two organizations that prove a number at once do not both have it", async () => {
    const both = [await makeOrganization(db), await makeOrganization(db)];
    const real = realBody({ phoneNumberId: "100200303" });
    const made = await Promise.all(both.map(({ token }) => ask(create, { token, body: real })));
    const tested = await Promise.all(both.map(({ token }, i) => ask(testOne, { token, id: made[i]?.body.id })));
    expect(tested.map(({ status }) => status)).toEqual([200, 200]);
    expect(tested.map(({ body }) => body.status).sort()).toEqual(["failed", "verified"]);
  });

  test("only one integration is the default, also when two are connected at once", async () => {
    const { token } = await makeOrganization(db);
    const made = await Promise.all([1, 2, 3].map(() => ask(create, { token, body: GUIDE })));
    expect(made.map((m) => m.status)).toEqual([201, 201, 201]);
    expect(made.filter((m) => m.body.isDefault)).toHaveLength(1);
    const taken = await ask(create, { token, body: { ...GUIDE, name: "Shop", isDefault: true } });
    const { body } = await ask(list, { token });
    expect(body.data.filter((i: { isDefault: boolean }) => i.isDefault)).toMatchObject([{ id: taken.body.id, name: "Shop" }]);
    const moved = await ask(PATCH, { token, id: made[0]?.body.id, body: { isDefault: true } });
    expect(moved.body.isDefault).toBe(true);
    expect((await ask(readOne, { token, id: taken.body.id })).body.isDefault).toBe(false);
  });

  test("no secret and no number is in the database in clear", async () => {
    const { token, organizationId } = await makeOrganization(db);
    const { body } = await ask(create, {
      token,
      body: { ...GUIDE, config: { ...GUIDE.config, appSecret: "my-app-secret", webhookVerifyToken: "my-verify-token" } },
    });
    await ask(testOne, { token, id: body.id });
    const row = await db.execute(
      sql`select to_jsonb(i)::text as dump from integrations i where organization_id = ${organizationId}`,
    );
    const dump =
      JSON.stringify(row) +
      JSON.stringify(
        await db.execute(sql`select to_jsonb(a)::text from audit_entries a where organization_id = ${organizationId}`),
      );
    const number: string = (await ask(readOne, { token, id: body.id })).body.phone.displayPhoneNumber;
    expect(number).toMatch(/^\+90 555/);
    for (const secret of ["your-meta-access-token", "my-app-secret", "my-verify-token", number, number.replaceAll(" ", "")])
      expect(dump).not.toContain(secret);
  });

  test("the webhook values can be read, and the integration found by its verify token", async () => {
    const { token, tokenFor } = await makeOrganization(db);
    const { body } = await ask(create, { token, body: GUIDE });
    const values = await ask(readWebhookValues, { token, id: body.id });
    expect(values.body.url).toBe(body.webhookUrl);
    const [row] = await db
      .select({ id: integrations.id })
      .from(integrations)
      .where(eq(integrations.webhookVerifyTokenIndex, verifyTokenIndex(values.body.verifyToken)));
    expect(row?.id).toBe(body.id);
    expect((await ask(readWebhookValues, { token: await tokenFor(["integrations:read"]), id: body.id })).status).toBe(403);
  });
});

describe("the test", () => {
  test("a fresh sandbox passes every check, is verified, and has its templates", async () => {
    const { token, organizationId } = await makeOrganization(db);
    const { body } = await ask(create, { token, body: GUIDE });
    const { status, body: report } = await ask(testOne, { token, id: body.id });
    expect(status).toBe(200);
    expect(report).toMatchObject({ ok: true, status: "verified" });
    expect(report.checks.map((c: { name: string; ok: boolean }) => [c.name, c.ok])).toEqual([
      ["token", true],
      ["phone_number", true],
      ["business_account", true],
      ["webhook_subscription", true],
      ["signature", true],
    ]);
    const { body: shown } = await ask(readOne, { token, id: body.id });
    expect(shown).toMatchObject({
      status: "verified",
      checks: report.checks,
      phone: {
        verifiedName: "WhatsApp sandbox",
        qualityRating: "GREEN",
        messagingLimitTier: "TIER_2K",
        allowance24h: 2000,
        throughputLevel: "STANDARD",
      },
      ratePerSecond: { limit: 80, set: null, effective: 80 },
    });
    expect(shown.templatesSyncedAt).not.toBeNull();
    expect(await db.$count(templates, eq(templates.organizationId, organizationId))).toBeGreaterThan(10);
  });

  test("an expired token fails the test with what to do; a new one must be tested again", async () => {
    const { token } = await makeOrganization(db);
    const { body } = await ask(create, { token, body: { ...GUIDE, apiKey: "expired-token-1" } });
    const { status, body: report } = await ask(testOne, { token, id: body.id });
    expect(status).toBe(200);
    expect(report).toMatchObject({ ok: false, status: "failed" });
    const check = report.checks.find((c: { name: string }) => c.name === "token");
    expect(check).toMatchObject({ ok: false, message: expect.stringContaining("190"), fix: expect.stringContaining("token") });
    const patched = await ask(PATCH, { token, id: body.id, body: { apiKey: "a-good-one" } });
    expect(patched.body).toMatchObject({ status: "unverified", checks: [] });
    expect((await ask(testOne, { token, id: body.id })).body).toMatchObject({ ok: true, status: "verified" });
  });

  test("a real number is verified without an app secret, but the report is not ok and says how to mend it", async () => {
    const { token } = await makeOrganization(db);
    const { body } = await ask(create, { token, body: realBody({ phoneNumberId: "200300400", appSecret: null }) });
    expect(body.warnings.map((w: { code: string }) => w.code)).toEqual(["app_secret_missing"]);
    const { body: report } = await ask(testOne, { token, id: body.id });
    expect(report).toMatchObject({ ok: false, status: "verified" });
    expect(report.checks.filter((c: { ok: boolean }) => !c.ok)).toMatchObject([
      { name: "signature", fix: expect.stringContaining("app secret") },
    ]);
  });

  test("a missing webhook subscription is told, does not stop sending, and can be mended", async () => {
    const { token } = await makeOrganization(db);
    const { body } = await ask(create, { token, body: realBody({ phoneNumberId: "200300401" }) });
    const account = meta.store.accounts.get("200300401");
    if (account) account.subscribed = false;
    const { body: report } = await ask(testOne, { token, id: body.id });
    expect(report).toMatchObject({ ok: false, status: "verified" });
    expect(report.checks.find((c: { name: string }) => c.name === "webhook_subscription")).toMatchObject({
      ok: false,
      fix: expect.stringContaining("subscribe"),
    });
    const { status, body: mended } = await ask(subscribe, { token, id: body.id });
    expect(status).toBe(200);
    expect(mended).toMatchObject({ ok: true, status: "verified" });
  });

  test("a wrong phone number id and a wrong account id are told apart", async () => {
    const { token } = await makeOrganization(db);
    const good = realBody({ phoneNumberId: "200300402" });
    const { body } = await ask(create, { token, body: { ...good, apiSecret: "999000111", config: { ...good.config } } });
    const { body: report } = await ask(testOne, { token, id: body.id });
    expect(report.status).toBe("failed");
    expect(report.checks.map((c: { name: string; ok: boolean }) => [c.name, c.ok])).toEqual([
      ["token", true],
      ["phone_number", false],
      ["business_account", true],
      ["webhook_subscription", true],
      ["signature", true],
    ]);
  });

  test("what Meta blocks sending for stands in the check", async () => {
    const { token } = await makeOrganization(db);
    const { body } = await ask(create, { token, body: realBody({ phoneNumberId: "200300403", settings: { restricted: true } }) });
    const { body: report } = await ask(testOne, { token, id: body.id });
    expect(report.status).toBe("failed");
    expect(report.checks.find((c: { name: string }) => c.name === "business_account").message).toContain("policy violation");
  });

  test("no connection is a clear check and never a 500, and does not take verified away", async () => {
    const { token, ctx } = await makeOrganization(db);
    const { body } = await ask(create, { token, body: realBody({ phoneNumberId: "200300404" }) });
    expect((await ask(testOne, { token, id: body.id })).body.status).toBe("verified");
    await db.update(integrations).set({ endpointUrl: "http://127.0.0.1:9/v25.0" }).where(eq(integrations.id, body.id));
    const { status, body: report } = await ask(testOne, { token, id: body.id });
    expect(status).toBe(200);
    expect(report).toMatchObject({ ok: false, status: "verified" });
    expect(report.checks[0]).toMatchObject({
      name: "token",
      ok: false,
      message: expect.stringContaining("could not be reached"),
    });
    expect((await ask(subscribe, { token, id: body.id })).status).toBe(502);

    const fresh = await ask(create, {
      token,
      body: { ...realBody({ phoneNumberId: "200300405" }), endpointUrl: "http://127.0.0.1:9/v25.0" },
    });
    expect((await ask(testOne, { token, id: fresh.body.id })).body).toMatchObject({ ok: false, status: "failed" });

    await db
      .update(integrations)
      .set({ endpointUrl: "https://no-longer-allowed.example/v25.0" })
      .where(eq(integrations.id, body.id));
    const refused = await ask(testOne, { token, id: body.id });
    expect(refused.status).toBe(200);
    expect(refused.body).toMatchObject({ ok: false, status: "failed" });
    expect((await getIntegrationRow(ctx, body.id)).checks[0]?.fix).toContain("GRAPH_ALLOWED_HOSTS");
  });

  test("a test that ends after the credentials were changed does not speak for the new ones", async () => {
    const { token } = await makeOrganization(db);
    const { body } = await ask(create, { token, body: realBody({ phoneNumberId: "200300406", settings: { latencyMs: 300 } }) });
    const asked = nextRequest();
    const running = ask(testOne, { token, id: body.id });
    await asked;
    await ask(PATCH, { token, id: body.id, body: { apiKey: "never-tested" } });
    expect((await running).body.status).toBe("unverified");
    expect((await ask(readOne, { token, id: body.id })).body).toMatchObject({ status: "unverified", checks: [] });
  });
});

describe("pausing", () => {
  test("a person pauses and resumes; a successful test does not end a person's pause", async () => {
    const { token } = await makeOrganization(db);
    const { body } = await ask(create, { token, body: GUIDE });
    await ask(testOne, { token, id: body.id });
    const paused = await ask(PATCH, { token, id: body.id, body: { paused: true } });
    expect(paused.body).toMatchObject({ status: "paused", pauseReason: "operator", pausedAt: expect.any(String) });
    expect((await ask(testOne, { token, id: body.id })).body).toMatchObject({ ok: true, status: "paused" });
    expect((await ask(PATCH, { token, id: body.id, body: { apiKey: "another" } })).body.status).toBe("paused");
    expect((await ask(PATCH, { token, id: body.id, body: { paused: false } })).body).toMatchObject({
      status: "unverified",
      pauseReason: null,
    });
    await ask(testOne, { token, id: body.id });
    await ask(PATCH, { token, id: body.id, body: { paused: true } });
    expect((await ask(PATCH, { token, id: body.id, body: { paused: false } })).body).toMatchObject({
      status: "verified",
      pauseReason: null,
      pausedAt: null,
    });
  });

  test("Meta's refusals pause once; a new token ends a token pause and no other", async () => {
    const { token, ctx } = await makeOrganization(db);
    const { body } = await ask(create, { token, body: GUIDE });
    await ask(testOne, { token, id: body.id });
    expect(await pauseIntegration(ctx, body.id, "token_invalid", 190)).toBe(true);
    expect(await pauseIntegration(ctx, body.id, "billing", 131042)).toBe(false);
    expect((await ask(readOne, { token, id: body.id })).body).toMatchObject({
      status: "paused",
      pauseReason: "token_invalid",
      pauseErrorCode: 190,
    });
    expect((await ask(PATCH, { token, id: body.id, body: { apiKey: "fresh" } })).body).toMatchObject({
      status: "unverified",
      pauseReason: null,
      pauseErrorCode: null,
    });
    await pauseIntegration(ctx, body.id, "billing", 131042);
    expect((await ask(PATCH, { token, id: body.id, body: { apiKey: "fresher" } })).body).toMatchObject({
      status: "paused",
      pauseReason: "billing",
    });
    expect((await ask(testOne, { token, id: body.id })).body.status).toBe("verified");
  });
});

describe("changing", () => {
  test("the rate is capped at Meta's figure, and the answer says so", async () => {
    const { token } = await makeOrganization(db);
    const { body } = await ask(create, { token, body: GUIDE });
    const capped = await ask(PATCH, { token, id: body.id, body: { ratePerSecond: 500 } });
    expect(capped.body.ratePerSecond).toEqual({ limit: 80, set: 80, effective: 80 });
    expect(capped.body.warnings).toContainEqual({
      code: "rate_capped",
      message: expect.stringContaining("80 messages a second"),
    });
    expect((await ask(PATCH, { token, id: body.id, body: { ratePerSecond: 20, name: "Slow" } })).body).toMatchObject({
      name: "Slow",
      ratePerSecond: { effective: 20 },
    });
    expect((await ask(PATCH, { token, id: body.id, body: { ratePerSecond: null } })).body.ratePerSecond.set).toBeNull();
  });

  test("a mistyped number id is corrected while it was never verified, and stays afterwards", async () => {
    const { token } = await makeOrganization(db);
    const good = realBody({ phoneNumberId: "500600700" });
    const other = await ask(create, { token, body: realBody({ phoneNumberId: "500600701" }) });
    const { body } = await ask(create, { token, body: { ...good, apiSecret: "500600799" } });
    expect((await ask(testOne, { token, id: body.id })).body.status).toBe("failed");
    expect((await ask(PATCH, { token, id: body.id, body: { phoneNumberId: other.body.config.phoneNumberId } })).status).toBe(409);
    const corrected = await ask(PATCH, { token, id: body.id, body: { phoneNumberId: "500600700" } });
    expect(corrected.body).toMatchObject({ status: "unverified", checks: [], config: { phoneNumberId: "500600700" } });
    expect((await ask(testOne, { token, id: body.id })).body).toMatchObject({ ok: true, status: "verified" });
    const late = await ask(PATCH, { token, id: body.id, body: { phoneNumberId: "500600702" } });
    expect(late.status).toBe(409);
    expect(late.body.details).toMatchObject([{ path: "phoneNumberId" }]);
  });

  test("who paused a number is shown until it goes on", async () => {
    const { token } = await makeOrganization(db);
    const { body } = await ask(create, { token, body: GUIDE });
    await ask(testOne, { token, id: body.id });
    const paused = await ask(PATCH, { token, id: body.id, body: { paused: true } });
    expect(paused.body.pausedBy).toEqual(expect.stringMatching(/./));
    expect((await ask(PATCH, { token, id: body.id, body: { paused: false } })).body.pausedBy).toBeNull();
  });

  test("another organization and lesser tokens change nothing", async () => {
    const mine = await makeOrganization(db);
    const other = await makeOrganization(db);
    const { body } = await ask(create, { token: mine.token, body: GUIDE });
    const reader = await mine.tokenFor(["integrations:read"]);
    for (const [handler, sent] of [
      [readOne],
      [PATCH, { name: "x" }],
      [DELETE],
      [testOne],
      [subscribe],
      [readWebhookValues],
      [readHealth],
    ] as const) {
      expect((await ask(handler, { token: other.token, id: body.id, body: sent })).status).toBe(404);
    }
    for (const [handler, sent] of [[PATCH, { name: "x" }], [DELETE], [testOne], [subscribe]] as const) {
      expect((await ask(handler, { token: reader, id: body.id, body: sent })).status).toBe(403);
    }
  });
});

async function addMessage(ctx: Ctx, integrationId: string, status: MessageStatus, sentAt: Date | null = null): Promise<string> {
  const phone = "+905551234567";
  const contact = (await ensureContacts(ctx, [phone])).get(phone);
  const id = newId("msg");
  await ctx.db.insert(messages).values({
    id,
    organizationId: ctx.organizationId,
    integrationId,
    contactId: contact?.id ?? "",
    recipient: phone,
    content: { type: "text", body: "Hello" },
    purpose: "service",
    priority: 0,
    status,
    dueAt: ctx.now,
    timeline: [{ step: "queued", at: ctx.now.toISOString(), source: "api" }],
    createdBy: "test",
    createdAt: ctx.now,
    sentAt,
  });
  return id;
}

describe("removing", () => {
  test("is refused while messages wait; force cancels them, wipes the secrets and keeps the history", async () => {
    const { token, ctx, organizationId } = await makeOrganization(db);
    const body = realBody({ phoneNumberId: "300400500" });
    const { body: made } = await ask(create, { token, body });
    await ask(testOne, { token, id: made.id });
    const ids = [
      await addMessage(ctx, made.id, "queued"),
      await addMessage(ctx, made.id, "scheduled"),
      await addMessage(ctx, made.id, "sending"),
      await addMessage(ctx, made.id, "delivered"),
    ];
    await db
      .insert(outreach)
      .values({ organizationId, portfolioId: "p", contactId: "r", reservedBy: ids[0], reservedAt: ctx.now });
    const refused = await ask(DELETE, { token, id: made.id });
    expect(refused.status).toBe(409);
    expect(refused.body).toMatchObject({
      error: "conflict",
      message: expect.stringContaining("3 messages wait"),
      details: { waiting: 3 },
    });

    expect((await ask(DELETE, { token, id: made.id, query: "?force=true" })).status).toBe(204);
    const rows = await db.select().from(messages).where(eq(messages.integrationId, made.id)).orderBy(messages.id);
    expect(rows.map((row) => [row.id, row.status])).toEqual([
      [ids[0], "cancelled"],
      [ids[1], "cancelled"],
      [ids[2], "sending"],
      [ids[3], "delivered"],
    ]);
    expect(rows[0]?.timeline.at(-1)).toMatchObject({ step: "cancelled", source: "api", detail: "The integration was removed" });
    expect(await db.select().from(outreach).where(eq(outreach.organizationId, organizationId))).toMatchObject([
      { reservedBy: null, reservedAt: null },
    ]);
    const [row] = await db.select().from(integrations).where(eq(integrations.id, made.id));
    expect(row).toMatchObject({ accessToken: "", appSecret: null, webhookVerifyToken: "", isDefault: false });
    expect(await db.$count(templates, eq(templates.organizationId, organizationId))).toBe(0);
    for (const handler of [readOne, testOne, readHealth, DELETE])
      expect((await ask(handler, { token, id: made.id })).status).toBe(404);
    expect((await ask(list, { token })).body.data).toEqual([]);
    expect((await ask(create, { token, body })).body).toMatchObject({ isDefault: true });
  });

  test("the default passes to another of its kind only", async () => {
    const { token } = await makeOrganization(db);
    const sandboxes = [await ask(create, { token, body: GUIDE }), await ask(create, { token, body: GUIDE })];
    const real = await ask(create, { token, body: realBody({ phoneNumberId: "300400501" }) });
    await ask(DELETE, { token, id: sandboxes[0]?.body.id });
    expect((await ask(readOne, { token, id: sandboxes[1]?.body.id })).body.isDefault).toBe(true);
    await ask(DELETE, { token, id: sandboxes[1]?.body.id });
    expect((await ask(readOne, { token, id: real.body.id })).body.isDefault).toBe(false);
  });
});

describe("health", () => {
  test("tells what waits, the pace and what is left of the allowance", async () => {
    const { token, ctx, organizationId } = await makeOrganization(db);
    const { body } = await ask(create, { token, body: GUIDE });
    await ask(testOne, { token, id: body.id });
    expect((await ask(readHealth, { token, id: body.id })).body).toEqual({
      integrationId: body.id,
      status: "verified",
      pauseReason: null,
      verifiedAt: expect.any(String),
      queued: 0,
      scheduled: 0,
      sending: 0,
      unknown: 0,
      oldestWaitingAt: null,
      sentLastMinute: 0,
      ratePerSecond: { limit: 80, effective: 80, now: 80 },
      allowance: { limit: 2000, used: 0, left: 2000, nextFreeAt: null },
    });
    for (const status of ["queued", "queued", "scheduled", "sending", "unknown", "failed"] as const)
      await addMessage(ctx, body.id, status);
    await addMessage(ctx, body.id, "read", new Date());
    await addMessage(ctx, body.id, "sent", new Date(Date.now() - 120_000));
    await db
      .insert(lanes)
      .values({ integrationId: body.id, organizationId, rateFactor: 0.5, slowedAt: new Date(Date.now() + 60_000) });
    const portfolioId = portfolioOf(await getIntegrationRow(ctx, body.id));
    const hoursAgo = (hours: number) => new Date(Date.now() - hours * 60 * 60 * 1000);
    await db.insert(outreach).values([
      { organizationId, portfolioId, contactId: "a", reservedBy: "m", reservedAt: hoursAgo(1) },
      { organizationId, portfolioId, contactId: "b", deliveredAt: hoursAgo(3) },
      { organizationId, portfolioId, contactId: "c", deliveredAt: hoursAgo(25) },
    ]);
    const { body: health } = await ask(readHealth, { token, id: body.id });
    expect(health).toMatchObject({
      queued: 2,
      scheduled: 1,
      sending: 1,
      unknown: 1,
      sentLastMinute: 1,
      oldestWaitingAt: expect.any(String),
      ratePerSecond: { limit: 80, effective: 80, now: 40 },
      allowance: { limit: 2000, used: 2, left: 1998, nextFreeAt: null },
    });
    await db.update(integrations).set({ messagingLimitTier: "2" }).where(eq(integrations.id, body.id));
    const full = (await ask(readHealth, { token, id: body.id })).body.allowance;
    expect(full).toMatchObject({ limit: 2, used: 2, left: 0 });
    expect(Math.abs(Date.parse(full.nextFreeAt) - hoursAgo(-21).getTime())).toBeLessThan(10_000);
  });
});
