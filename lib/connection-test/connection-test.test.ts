import { createHmac } from "node:crypto";
import { createServer, type Server } from "node:http";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import type { Db } from "@/db/client";
import { useTestDatabase } from "@/db/testing";
import { makeOrganization } from "@/db/testing-data";
import { type Ctx, openDatabase } from "@/lib/ctx";
import { resetEnv } from "@/lib/env";
import { getOverview } from "@/lib/insights/overview";
import { createIntegration, getIntegration, updateIntegration } from "@/lib/integrations/integrations";
import { writeRefusedSignatures } from "@/lib/integrations/refused-signatures";
import { CreateIntegration } from "@/lib/integrations/schema";
import { syncTemplates } from "@/lib/templates/sync";
import { deliver } from "@/lib/webhooks/testing";
import { testIntegration } from "./connection-test";

useTestDatabase();

type Json = Record<string, unknown>;
type Answers = Record<string, Json | { status: number; error: Json } | string | ((url: URL) => Json | string)>;

let db: Db;
let server: Server;
let origin: string;
/** What Graph answers now, by path without version. */
let answers: Answers;
let asked: URL[];
let lastId = 4_000_000;

beforeAll(async () => {
  server = createServer((request, response) => {
    const url = new URL(request.url ?? "/", "http://x");
    asked.push(url);
    const path = url.pathname.replace(/^\/v\d+\.\d+\//, "");
    const found = answers[path];
    const answer = typeof found === "function" ? found(url) : found;
    const unknown = { status: 400, error: { code: 100, error_subcode: 33, message: `Object with ID '${path}' does not exist` } };
    const body = answer ?? unknown;
    const status = typeof body !== "string" && typeof body.status === "number" ? body.status : 200;
    response.writeHead(status, { "content-type": "application/json" });
    response.end(typeof body === "string" ? body : JSON.stringify(body));
  });
  await new Promise<void>((listening) => server.listen(0, "127.0.0.1", listening));
  const address = server.address();
  origin = `http://127.0.0.1:${typeof address === "object" ? address?.port : 0}`;
  process.env.GRAPH_ALLOWED_HOSTS = `${origin},http://127.0.0.1:9`;
  resetEnv();
  db = await openDatabase();
});
afterAll(() => server.close());
beforeEach(() => {
  answers = {};
  asked = [];
});

const SCOPES = ["whatsapp_business_messaging", "whatsapp_business_management"];
const SECRET = "an-app-secret";
const refusal = (message: string, code = 100, more: Json = {}) => ({ status: 400, error: { message, code, ...more } });

/** A number in good order, and what of it differs. */
async function connect(differences: Answers = {}, config: Json = {}) {
  const phoneNumberId = String(++lastId);
  const account = `9${phoneNumberId}`;
  answers = {
    debug_token: { data: { app_id: "1", is_valid: true, expires_at: 0, scopes: SCOPES, granular_scopes: [] } },
    [phoneNumberId]: { id: phoneNumberId, verified_name: "Shop", status: "CONNECTED", account_mode: "LIVE" },
    [account]: { id: account, name: "Shop" },
    [`${account}/phone_numbers`]: { data: [{ id: phoneNumberId }] },
    [`${account}/subscribed_apps`]: { data: [{ whatsapp_business_api_data: { id: "1" } }] },
    [`${account}/message_templates`]: { data: [] },
  };
  for (const [path, answer] of Object.entries(differences))
    answers[path.replace("the-number", phoneNumberId).replace("the-account", account)] = answer;
  const { ctx } = await makeOrganization(db);
  const integration = await createIntegration(
    ctx,
    CreateIntegration.parse({
      provider: "meta",
      category: "whatsapp",
      apiKey: "EAAG-a-token",
      endpointUrl: `${origin}/v25.0`,
      config: { phoneNumberId, businessAccountId: account, appSecret: SECRET, ...config },
    }),
  );
  return { ctx, id: integration.id, phoneNumberId, account };
}

async function failuresOf(ctx: Ctx, id: string) {
  const report = await testIntegration(ctx, id);
  const failed = report.checks.filter((check) => !check.ok);
  return { report, failed, said: failed.map(({ name, code, remedy }) => [name, code, remedy]) };
}

describe("the connection test is green only for what was seen", () => {
  test("a number in good order", async () => {
    const { ctx, id } = await connect();
    const { report } = await failuresOf(ctx, id);
    expect(report).toMatchObject({ ok: true, status: "verified" });
    expect(report.checks.map((check) => check.code)).toEqual([
      "token_valid",
      "number_found",
      "account_reached",
      "subscribed",
      "app_secret_accepted",
    ]);
    const proof = createHmac("sha256", SECRET).update("EAAG-a-token").digest("hex");
    expect(new Set(asked.map((url) => url.searchParams.get("appsecret_proof")))).toEqual(new Set([proof]));
  });

  test("a number of another account, whose name is told when the token reaches it", async () => {
    const { ctx, id, phoneNumberId, account } = await connect({ "the-account/phone_numbers": { data: [{ id: "1" }] } });
    const { report, said } = await failuresOf(ctx, id);
    expect(report.status).toBe("failed");
    expect(said).toEqual([["phone_number", "number_of_other_account", "correct_ids"]]);

    answers.debug_token = {
      data: {
        app_id: "1",
        is_valid: true,
        expires_at: 0,
        scopes: SCOPES,
        granular_scopes: [{ scope: SCOPES[0], target_ids: [account, "777"] }],
      },
    };
    answers["777/phone_numbers"] = { data: [{ id: phoneNumberId }] };
    const { failed } = await failuresOf(ctx, id);
    expect(failed).toMatchObject([{ code: "number_of_named_account", values: { owner: "777", account } }]);
    expect(failed[0]?.message).toContain("777");
  });

  test("a number on the third page of its account", async () => {
    const { ctx, id, phoneNumberId } = await connect({
      "the-account/phone_numbers": (url) => {
        const page = Number(url.searchParams.get("after") ?? 0);
        return {
          data: [{ id: page === 2 ? phoneNumberId : `x${page}` }],
          paging: page < 2 ? { cursors: { after: String(page + 1) }, next: "n" } : {},
        };
      },
    });
    expect((await testIntegration(ctx, id)).ok).toBe(true);
  });

  test("a portfolio's id in place of the account's", async () => {
    const other = (what: string) => refusal(`(#100) Tried accessing nonexisting field (${what}) on node type (Business)`);
    const { ctx, id } = await connect({
      "the-account": (url) =>
        url.searchParams.get("fields") === "id,name" ? { id: "1", name: "Portfolio" } : (other("status") as Json),
      "the-account/phone_numbers": other("phone_numbers"),
      "the-account/subscribed_apps": other("subscribed_apps"),
    });
    const { report, failed } = await failuresOf(ctx, id);
    expect(report.status).toBe("failed");
    expect(failed.map(({ remedy }) => remedy)).toEqual(["correct_ids", "correct_ids", "correct_ids"]);
    expect(failed.find(({ name }) => name === "business_account")).toMatchObject({
      code: "account_is_portfolio",
      fix: expect.stringContaining("portfolio"),
    });
  });

  test.each([
    ["number", "phone_number", "webhook_values"],
    ["account", "whatsapp_business_account", "subscribe"],
    ["app", "application", "webhook_values"],
  ] as const)("webhooks that go elsewhere by the address of the %s", async (place, field, remedy) => {
    const { ctx, id, phoneNumberId } = await connect();
    answers[phoneNumberId] = {
      id: phoneNumberId,
      webhook_configuration: { [field]: "https://other.example/webhook?key=secret" },
    };
    const { report, failed } = await failuresOf(ctx, id);
    expect(report).toMatchObject({ ok: false, status: "verified" });
    expect(failed).toMatchObject([
      { code: `webhooks_elsewhere_${place}`, remedy, values: { address: "https://other.example/webhook" } },
    ]);
    expect(failed[0]?.message).toContain("https://other.example/webhook");
    answers[phoneNumberId] = {
      id: phoneNumberId,
      webhook_configuration: { [field]: (await getIntegration(ctx, id)).webhookUrl },
    };
    expect((await testIntegration(ctx, id)).ok).toBe(true);
  });

  test("webhooks that the account's subscription sends elsewhere", async () => {
    const { ctx, id } = await connect({
      "the-account/subscribed_apps": {
        data: [{ whatsapp_business_api_data: { id: "1" }, override_callback_uri: "https://other.example/webhook" }],
      },
    });
    expect((await failuresOf(ctx, id)).said).toEqual([["webhook_subscription", "webhooks_elsewhere_account", "subscribe"]]);
  });

  test("a subscribed app of which nobody knows whose it is, until the app id is given or webhooks arrive", async () => {
    const { ctx, id } = await connect({
      debug_token: refusal("no", 100),
      "the-account/subscribed_apps": { data: [{ whatsapp_business_api_data: { id: "2" } }] },
    });
    expect((await failuresOf(ctx, id)).said).toEqual([["webhook_subscription", "subscription_unknown", "app_id"]]);
    await updateIntegration(ctx, id, { appId: "1" });
    expect((await failuresOf(ctx, id)).said).toEqual([["webhook_subscription", "not_subscribed", "subscribe"]]);
    await updateIntegration(ctx, id, { appId: "2" });
    expect((await testIntegration(ctx, id)).ok).toBe(true);
  });

  test("a test number is pointed out and does no harm", async () => {
    const { ctx, id, phoneNumberId } = await connect();
    answers[phoneNumberId] = { id: phoneNumberId, verified_name: "Test Number", account_mode: "SANDBOX" };
    const report = await testIntegration(ctx, id);
    expect(report.ok).toBe(true);
    expect(report.checks[1]).toMatchObject({
      ok: true,
      code: "test_number",
      fix: expect.stringContaining("numbers on its list"),
    });
  });

  test("without a network every check says the same, with the same remedy", async () => {
    const { ctx, id } = await connect();
    await updateIntegration(ctx, id, { endpointUrl: "http://127.0.0.1:9/v25.0" });
    const { said, report } = await failuresOf(ctx, id);
    expect(report.status).toBe("failed");
    expect(new Set(said.map(([, code, remedy]) => `${code} ${remedy}`))).toEqual(new Set(["unreachable test_again"]));
    expect(said).toHaveLength(5);
  });

  test("a refused token has one remedy everywhere", async () => {
    const expired = { status: 401, error: { code: 190, message: "Session has expired" } };
    const { ctx, id } = await connect({
      debug_token: expired,
      "the-number": expired,
      "the-account": expired,
      "the-account/phone_numbers": expired,
      "the-account/subscribed_apps": expired,
    });
    const { failed } = await failuresOf(ctx, id);
    expect(new Set(failed.map(({ remedy }) => remedy))).toEqual(new Set(["new_token"]));
  });
});

describe("the app secret", () => {
  const proven = (secret: string, answer: Json) => (url: URL) =>
    url.searchParams.get("appsecret_proof") === createHmac("sha256", secret).update("EAAG-a-token").digest("hex")
      ? answer
      : (refusal(
          url.searchParams.has("appsecret_proof")
            ? "Invalid appsecret_proof provided in the API argument"
            : "API calls from the server require an appsecret_proof argument",
        ) as Json);

  test("that Meta refuses is told as that, the rest for itself, and nothing is sent with it", async () => {
    const { ctx, id } = await connect();
    const open = answers;
    answers = Object.fromEntries(
      Object.entries(open).map(([path, answer]) => [
        path,
        (url: URL) =>
          url.searchParams.has("appsecret_proof")
            ? (refusal("Invalid appsecret_proof provided in the API argument") as Json)
            : (answer as Json),
      ]),
    );
    const { report, said } = await failuresOf(ctx, id);
    expect(report.status).toBe("failed");
    expect(said).toEqual([["signature", "app_secret_wrong", "app_secret"]]);
  });

  test("is asked for by an app that takes no call without it", async () => {
    const { ctx, id, phoneNumberId, account } = await connect({}, { appSecret: undefined });
    const open = answers;
    answers = Object.fromEntries(Object.entries(open).map(([path, answer]) => [path, proven("the-right-one", answer as Json)]));
    const { failed } = await failuresOf(ctx, id);
    expect(new Set(failed.map(({ remedy }) => remedy))).toEqual(new Set(["app_secret"]));
    await updateIntegration(ctx, id, { appSecret: "the-right-one" });
    expect(await testIntegration(ctx, id)).toMatchObject({ ok: true, status: "verified" });
    expect([phoneNumberId, account]).not.toContain("");
  });

  test("that signs no webhook is told by the refused ones, until a right one comes or another secret is saved", async () => {
    const { ctx, id, account, phoneNumberId } = await connect();
    await testIntegration(ctx, id);
    const value = { messaging_product: "whatsapp", metadata: { phone_number_id: phoneNumberId }, statuses: [] };
    const body = JSON.stringify({
      object: "whatsapp_business_account",
      entry: [{ id: account, changes: [{ field: "messages", value }] }],
    });
    for (let i = 0; i < 3; i++) expect(await deliver(body, "the-apps-true-secret")).toBe(401);
    await writeRefusedSignatures(db);
    const shown = await getIntegration(ctx, id);
    expect(shown.refusedSignatures).toMatchObject({ count: 3 });
    expect(shown.warnings).toContainEqual({
      code: "signatures_refused",
      message: expect.stringMatching(/3 webhooks.*app secret/),
    });
    expect((await getOverview(ctx)).attention).toContainEqual(expect.objectContaining({ kind: "signatures_refused", count: 3 }));
    expect((await failuresOf(ctx, id)).said).toEqual([["signature", "signatures_refused", "app_secret"]]);

    await updateIntegration(ctx, id, { appSecret: "the-apps-true-secret" });
    expect((await getIntegration(ctx, id)).refusedSignatures).toBeNull();
    expect((await testIntegration(ctx, id)).ok).toBe(true);
    expect(await deliver(body, "the-apps-true-secret")).toBe(200);
  });
});

describe("whatever Graph answers", () => {
  const deep = `${'{"type":"CAROUSEL","cards":['.repeat(3_000)}${"]}".repeat(3_000)}`;
  test.each([
    ["NUL in a name", { "the-number": '{"id":"1","verified_name":"A\\u0000B","quality_rating":"\\u0000"}' }],
    ["half an emoji in a reason", { "the-account": { status: 400, error: { code: 100, message: "x\ud83d" } } }],
    [
      "a date that no calendar has",
      { debug_token: '{"data":{"is_valid":true,"app_id":"1\\u0000","expires_at":999999999999,"scopes":[]}}' },
    ],
    [
      "deep components",
      { "the-account/message_templates": `{"data":[{"id":"1","name":"a","language":"en","components":[${deep}]}]}` },
    ],
    [
      "odd templates",
      {
        "the-account/message_templates": `{"data":[{"id":"1\\u0000","name":"a\\u0000\\ud83d","language":"en","status":"APPROVED"},{"id":"2","name":"${"n".repeat(9_000)}","language":"en"}]}`,
      },
    ],
    [
      "pages without an end",
      {
        "the-account/message_templates": (url: URL) => ({
          data: [],
          paging: { cursors: { after: `${url.searchParams.get("after")}x` }, next: "n" },
        }),
      },
    ],
  ] as [string, Answers][])("%s is no failure of ours", async (_what, differences) => {
    const { ctx, id, phoneNumberId } = await connect(differences);
    const report = await testIntegration(ctx, id);
    expect(report.checks).toHaveLength(5);
    const sync = await syncTemplates(ctx, { integrationId: id });
    expect(sync.failures.length).toBeLessThanOrEqual(1);
    expect((await getIntegration(ctx, id)).config.phoneNumberId).toBe(phoneNumberId);
  });
});
