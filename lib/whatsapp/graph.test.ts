import { describe, expect, it } from "vitest";
import { getMessageHistory, readReceipt, sendRequest } from "@/lib/whatsapp/graph";
import {
  debugToken,
  getBusinessAccount,
  getPhoneNumber,
  listPhoneNumberIds,
  listSubscribedApps,
  subscribeApp,
} from "@/lib/whatsapp/graph-accounts";
import { type GraphAccess, sharedGraphTransport } from "@/lib/whatsapp/graph-call";
import { appSecretProof } from "@/lib/whatsapp/graph-edge";
import { GraphError, transportFailure } from "@/lib/whatsapp/graph-error";
import { listTemplates } from "@/lib/whatsapp/graph-templates";
import { type MessagePayload, textPayload } from "@/lib/whatsapp/payloads";
import { type GraphRequest, type GraphResponse, TransportError } from "@/lib/whatsapp/transport";

const TOKEN = "EAAG-secret-token";
const PROOF = "a87a2e2288b0fec5f74096e4c7325be8b24d65bda79713448325b3b16f5e4440";

/** Graph as a function: what it was asked, and what it answers. */
function fakeGraph(answer: (request: GraphRequest, count: number) => Partial<GraphResponse> & { json?: unknown }) {
  const requests: GraphRequest[] = [];
  const access: GraphAccess = {
    baseUrl: "https://graph.facebook.com",
    version: "v26.0",
    accessToken: TOKEN,
    transport: async (request) => {
      requests.push(request);
      const { json, ...rest } = answer(request, requests.length);
      return { status: 200, headers: {}, text: json === undefined ? "" : JSON.stringify(json), ...rest };
    },
  };
  return { access, requests };
}

const payload = textPayload({ to: "+905550001122", body: "Hello", callbackData: "msg_1" });

async function failureOf(promise: Promise<unknown>): Promise<GraphError> {
  const error = await promise.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  if (!(error instanceof GraphError)) throw new Error(`no GraphError but ${error}`);
  return error;
}

/** The call as the dispatcher makes it: request, transport, answer. */
async function sendMessage(access: GraphAccess, phoneNumberId: string, payload: MessagePayload) {
  const request = sendRequest(access, phoneNumberId, payload);
  const send = access.transport ?? sharedGraphTransport();
  const response = await send(request).catch((error: unknown) => {
    throw transportFailure(error);
  });
  return readReceipt(access, response);
}

describe("a send", () => {
  it("posts the payload and gives back the message id", async () => {
    const { access, requests } = fakeGraph(() => ({
      json: {
        messaging_product: "whatsapp",
        contacts: [{ input: "+905550001122", wa_id: "905550001122" }],
        messages: [{ id: "wamid.1", message_status: "accepted" }],
      },
    }));
    expect(await sendMessage(access, "200300400", payload)).toEqual({
      messageId: "wamid.1",
      waId: "905550001122",
      messageStatus: "accepted",
    });
    expect(requests).toHaveLength(1);
    expect(requests[0]).toMatchObject({
      method: "POST",
      url: "https://graph.facebook.com/v26.0/200300400/messages",
      headers: { authorization: `Bearer ${TOKEN}`, "content-type": "application/json" },
    });
    expect(JSON.parse(String(requests[0]?.body))).toEqual(payload);
  });

  it("gives back the user id of a recipient without a number", async () => {
    const { access } = fakeGraph(() => ({
      json: { contacts: [{ input: "TR.1", user_id: "TR.1" }], messages: [{ id: "wamid.1" }], news: true },
    }));
    expect(await sendMessage(access, "1", payload)).toEqual({ messageId: "wamid.1", userId: "TR.1" });
  });

  const refused = (code: number) => ({
    error: {
      message: `(#${code}) no`,
      type: "OAuthException",
      code,
      error_data: { messaging_product: "whatsapp", details: "Because." },
      fbtrace_id: "Trace1",
    },
  });

  it.each([
    [131056, 400, "pair_limit", "refused", true],
    [130429, 400, "slow_down", "refused", true],
    [4, 400, "slow_down", "refused", true],
    [80007, 429, "slow_down", "refused", true],
    [190, 401, "reconnect", "refused", false],
    [131047, 400, "outside_window", "refused", false],
    [132015, 400, "template_paused", "refused", false],
    [131000, 500, "retry", "maybe_sent", false],
    [131016, 500, "retry", "maybe_sent", false],
    [131057, 500, "retry", "maybe_sent", false],
    [2, 503, "retry", "maybe_sent", false],
    [1, 400, "retry", "maybe_sent", false],
    [999999, 400, "unknown", "refused", false],
    [999999, 500, "unknown", "maybe_sent", false],
  ])("code %i with HTTP %i is %s, %s", async (code, status, kind, proof, isSafeToResend) => {
    const { access } = fakeGraph(() => ({ status, json: refused(code) }));
    const error = await failureOf(sendMessage(access, "1", payload));
    expect(error).toMatchObject({
      code,
      kind,
      proof,
      isSafeToResend,
      httpStatus: status,
      details: "Because.",
      fbtraceId: "Trace1",
      title: `(#${code}) no`,
    });
  });

  it.each([
    ["a 500 without a body", { status: 500 }],
    ["a 502 in HTML", { status: 502, text: "<html>Bad gateway</html>" }],
    ["a 400 in HTML", { status: 400, text: "<html></html>" }],
    ["a 200 in HTML", { status: 200, text: "<html>Sign in to the Wi-Fi</html>" }],
    ["a 200 without a message id", { status: 200, json: { messaging_product: "whatsapp" } }],
    ["a 200 with an empty list of messages", { status: 200, json: { messages: [] } }],
    ["a 200 with an empty id", { status: 200, json: { messages: [{ id: "" }] } }],
    ["a 200 with null", { status: 200, json: null }],
    ["a 200 with a number", { status: 200, json: 7 }],
    ["a 503 with other JSON", { status: 503, json: { message: "busy" } }],
    ["an error that is a text", { status: 500, json: { error: "boom" } }],
    ["a 302", { status: 302, headers: { location: "https://evil.example" } }],
    ["a 200 with an error in it", { status: 200, json: { error: { message: "odd", code: 100 } } }],
  ])("%s leaves open whether it was sent", async (_what, answer) => {
    const { access, requests } = fakeGraph(() => answer);
    const error = await failureOf(sendMessage(access, "1", payload));
    expect(error.proof).toBe("maybe_sent");
    expect(error.isSafeToResend).toBe(false);
    expect(requests).toHaveLength(1);
  });

  it.each([
    ["the transport's word", new TransportError("TIMEOUT", false), "not_sent"],
    ["the transport's word", new TransportError("TIMEOUT", true), "maybe_sent"],
    ["a refused connection", Object.assign(new Error("x"), { code: "ECONNREFUSED" }), "not_sent"],
    [
      "a name that does not exist",
      new TypeError("fetch failed", { cause: Object.assign(new Error("x"), { code: "ENOTFOUND" }) }),
      "not_sent",
    ],
    ["a wrong certificate", Object.assign(new Error("x"), { code: "CERT_HAS_EXPIRED" }), "not_sent"],
    ["a reset", Object.assign(new Error("x"), { code: "ECONNRESET" }), "maybe_sent"],
    ["anything else", new Error("boom"), "maybe_sent"],
    ["a thrown text", "boom", "maybe_sent"],
  ])("takes %s for what it proves (%s)", async (_what, thrown, proof) => {
    const { access } = fakeGraph(() => {
      throw thrown;
    });
    expect(await failureOf(sendMessage(access, "1", payload))).toMatchObject({
      kind: "unreachable",
      code: null,
      proof,
      isSafeToResend: proof === "not_sent",
    });
  });

  it.each(["../me", "..", "1/messages?x=", "", "1 2", "%2e%2e"])("does not send for the id %j", async (id) => {
    const { access, requests } = fakeGraph(() => ({ json: {} }));
    expect(await failureOf(sendMessage(access, id, payload))).toMatchObject({ proof: "not_sent", kind: "fix_request" });
    expect(requests).toHaveLength(0);
  });

  it("keeps the token out of everything, even when Meta quotes it", async () => {
    const { access } = fakeGraph(() => ({
      status: 401,
      json: { error: { message: `Malformed access token ${TOKEN}`, code: 190, error_data: { details: TOKEN } } },
    }));
    const error = await failureOf(sendMessage(access, "1", payload));
    expect(JSON.stringify([error, error.message, error.stack, error.raw])).not.toContain(TOKEN);
    expect(error.title).toBe("Malformed access token [token]");

    const html = fakeGraph(() => ({ status: 500, text: `<p>${TOKEN}</p>` }));
    expect(JSON.stringify(await failureOf(sendMessage(html.access, "1", payload)))).not.toContain(TOKEN);
  });

  it.each([
    [{ "retry-after": "7" }, 130429, 7],
    [
      { "x-business-use-case-usage": '{"1":[{"type":"whatsapp","call_count":100,"estimated_time_to_regain_access":5}]}' },
      80007,
      300,
    ],
    [{ "x-business-use-case-usage": '{"1":[{"call_count":10,"estimated_time_to_regain_access":0}]}' }, 80007, undefined],
    [{ "x-business-use-case-usage": "junk" }, 80007, undefined],
    [{ "x-business-use-case-usage": '{"1":[{"estimated_time_to_regain_access":5}]}' }, 131026, undefined],
    [{ "retry-after": "soon" }, 130429, undefined],
    [{}, 130429, undefined],
  ])("reads the wait from %j of %i", async (headers, code, seconds) => {
    const { access } = fakeGraph(() => ({ status: 400, headers: headers as Record<string, string>, json: refused(code) }));
    expect((await failureOf(sendMessage(access, "1", payload))).retryAfterSeconds).toBe(seconds);
  });
});

describe("getPhoneNumber", () => {
  it("reads what Meta says, unknown words included", async () => {
    const { access } = fakeGraph(() => ({
      json: {
        id: "1",
        display_phone_number: "+90 555 000 99 99",
        verified_name: "Shop",
        quality_rating: "PURPLE",
        throughput: { level: "HIGH" },
        whatsapp_business_manager_messaging_limit: "TIER_2K",
        is_on_biz_app: false,
        health_status: {
          can_send_message: "LIMITED",
          entities: [
            {
              entity_type: "WABA",
              id: 5,
              can_send_message: "LIMITED",
              errors: [{ error_code: 141010, error_description: "d", possible_solution: "s" }],
            },
          ],
        },
        brand_new: [1],
      },
    }));
    expect(await getPhoneNumber(access, "1")).toMatchObject({
      id: "1",
      qualityRating: "PURPLE",
      throughputLevel: "HIGH",
      messagingLimit: "TIER_2K",
      isOnBizApp: false,
      health: {
        canSendMessage: "LIMITED",
        entities: [{ type: "WABA", id: "5", errors: [{ code: 141010, description: "d", solution: "s" }], additionalInfo: [] }],
      },
    });
  });

  it("asks for less when a version does not know a field", async () => {
    const { access, requests } = fakeGraph((_request, count) =>
      count === 1
        ? { status: 400, json: { error: { code: 100, message: "Tried accessing nonexisting field" } } }
        : { json: { id: "1", verified_name: "Shop" } },
    );
    expect((await getPhoneNumber(access, "1")).verifiedName).toBe("Shop");
    expect(new URL(requests[1]?.url ?? "").searchParams.get("fields")).toBe(
      "id,display_phone_number,verified_name,quality_rating",
    );
  });

  it("asks once when the number does not exist", async () => {
    const { access, requests } = fakeGraph(() => ({
      status: 400,
      json: { error: { code: 100, error_subcode: 33, message: "Unsupported get request" } },
    }));
    expect(await failureOf(getPhoneNumber(access, "1"))).toMatchObject({ code: 100, subcode: 33 });
    expect(requests).toHaveLength(1);
  });

  it("takes odd kinds for absent", async () => {
    const { access } = fakeGraph(() => ({
      json: { id: 1, verified_name: 5, throughput: "HIGH", health_status: [], is_on_biz_app: "no" },
    }));
    const number = await getPhoneNumber(access, "1");
    expect(number).toMatchObject({
      id: "1",
      verifiedName: undefined,
      throughputLevel: undefined,
      health: undefined,
      isOnBizApp: undefined,
    });
  });

  it("says so when the answer is no number at all", async () => {
    const { access } = fakeGraph(() => ({ json: { data: [] } }));
    expect((await failureOf(getPhoneNumber(access, "1"))).title).toMatch(/unexpected shape/);
  });
});

it("getBusinessAccount reads the account", async () => {
  const { access } = fakeGraph(() => ({ json: { id: "9", name: "Shop", currency: "TRY", account_review_status: "APPROVED" } }));
  expect(await getBusinessAccount(access, "9")).toMatchObject({
    id: "9",
    name: "Shop",
    currency: "TRY",
    accountReviewStatus: "APPROVED",
  });
});

describe("debugToken", () => {
  it("reads scopes and expiry", async () => {
    const { access, requests } = fakeGraph(() => ({
      json: {
        data: {
          app_id: "5",
          is_valid: true,
          scopes: ["a"],
          granular_scopes: [{ scope: "a", target_ids: ["9", 8] }],
          expires_at: 0,
          data_access_expires_at: 1790000000,
        },
      },
    }));
    expect(await debugToken(access)).toEqual({
      isValid: true,
      appId: "5",
      type: undefined,
      scopes: ["a"],
      granularScopes: [{ scope: "a", targetIds: ["9", "8"] }],
      expiresAt: null,
      dataAccessExpiresAt: new Date(1790000000 * 1000),
    });
    expect(new URL(requests[0]?.url ?? "").searchParams.get("input_token")).toBe(TOKEN);
  });

  it("tells why a token is invalid, without quoting it", async () => {
    const { access } = fakeGraph(() => ({
      json: { data: { is_valid: false, error: { code: 190, message: `Session of ${TOKEN} has expired` } } },
    }));
    expect(await debugToken(access)).toMatchObject({
      isValid: false,
      scopes: [],
      error: { code: 190, message: "Session of [token] has expired" },
    });
  });
});

describe("webhook subscription", () => {
  it("lists apps in both writings", async () => {
    const { access } = fakeGraph(() => ({
      json: {
        data: [
          { whatsapp_business_api_data: { id: "1", name: "App" }, override_callback_uri: "https://x" },
          { id: 2, name: "Other" },
          {},
        ],
      },
    }));
    expect(await listSubscribedApps(access, "9")).toEqual([
      { id: "1", name: "App", overrideCallbackUri: "https://x" },
      { id: "2", name: "Other" },
    ]);
  });

  it("subscribes, with and without an address of its own", async () => {
    const { access, requests } = fakeGraph(() => ({ json: { success: true } }));
    await subscribeApp(access, "9");
    await subscribeApp(access, "9", { callbackUri: "https://x", verifyToken: "v" });
    expect(requests.map((r) => [r.method, r.url, r.body])).toEqual([
      ["POST", "https://graph.facebook.com/v26.0/9/subscribed_apps", "{}"],
      ["POST", "https://graph.facebook.com/v26.0/9/subscribed_apps", '{"override_callback_uri":"https://x","verify_token":"v"}'],
    ]);
  });

  it("does not take `success: false` for a success", async () => {
    const { access } = fakeGraph(() => ({ json: { success: false } }));
    await failureOf(subscribeApp(access, "9"));
  });
});

describe("listTemplates", () => {
  const template = (name: string) => ({
    id: name,
    name,
    language: "tr",
    status: "APPROVED",
    components: [{ type: "BODY", text: "x" }],
    parameter_format: "NAMED",
  });
  async function namesOf(access: GraphAccess): Promise<string[]> {
    const names: string[] = [];
    for await (const page of listTemplates(access, "9")) names.push(...page.map((t) => t.name));
    return names;
  }

  it("walks all pages by cursor and never follows the address in `next`", async () => {
    const { access, requests } = fakeGraph((_request, count) => ({
      json: {
        data: [template(`t${count}`)],
        paging: { cursors: { before: "b", after: `c${count}` }, ...(count < 3 && { next: "https://evil.example/steal" }) },
      },
    }));
    expect(await namesOf(access)).toEqual(["t1", "t2", "t3"]);
    expect(requests.map((r) => new URL(r.url).host)).toEqual(Array(3).fill("graph.facebook.com"));
    expect(requests.map((r) => new URL(r.url).searchParams.get("after"))).toEqual([null, "c1", "c2"]);
  });

  it("takes the cursor out of `next` when it stands nowhere else", async () => {
    const { access, requests } = fakeGraph((_request, count) => ({
      json: { data: [], paging: count === 1 ? { next: "https://graph.facebook.com/v26.0/9/message_templates?after=abc" } : {} },
    }));
    await namesOf(access);
    expect(requests.map((r) => new URL(r.url).searchParams.get("after"))).toEqual([null, "abc"]);
  });

  it("ends when Meta repeats a cursor", async () => {
    const { access, requests } = fakeGraph(() => ({ json: { data: [], paging: { cursors: { after: "same" }, next: "x" } } }));
    expect((await failureOf(namesOf(access))).title).toMatch(/repeats/);
    expect(requests.length).toBeLessThan(4);
  });

  it("leaves out junk entries and junk components", async () => {
    const { access } = fakeGraph(() => ({
      json: {
        data: [
          null,
          5,
          {},
          { id: 1, name: "ok", language: "en", components: [null, { type: "BODY" }, "x"] },
          { id: "2", name: "bare", language: "en", components: "?" },
        ],
      },
    }));
    const pages = [];
    for await (const page of listTemplates(access, "9")) pages.push(...page);
    expect(pages.map((t) => [t.id, t.name, t.components.length, t.parameterFormat])).toEqual([
      ["1", "ok", 1, "POSITIONAL"],
      ["2", "bare", 0, "POSITIONAL"],
    ]);
  });

  it("asks for less when a version does not know a field", async () => {
    const { access, requests } = fakeGraph((_request, count) =>
      count === 1
        ? { status: 400, json: { error: { code: 100, message: "nonexisting field" } } }
        : { json: { data: [template("t")] } },
    );
    expect(await namesOf(access)).toEqual(["t"]);
    expect(requests).toHaveLength(2);
  });

  it("is broken off by an error on a later page", async () => {
    const { access } = fakeGraph((_request, count) =>
      count === 1
        ? { json: { data: [template("t")], paging: { cursors: { after: "c" }, next: "n" } } }
        : { status: 400, json: { error: { code: 80007, message: "limit" } } },
    );
    expect(await failureOf(namesOf(access))).toMatchObject({ kind: "slow_down" });
  });
});

it("getMessageHistory reads events and survives others", async () => {
  const { access } = fakeGraph(() => ({
    json: { data: [{ events: { data: [{ delivery_status: "DELIVERED", timestamp: "1790000000" }, { timestamp: "x" }] } }, {}] },
  }));
  expect(await getMessageHistory(access, "1", "wamid.1")).toEqual([
    {
      status: "delivered",
      at: new Date(1790000000 * 1000),
      error: null,
      raw: { delivery_status: "DELIVERED", timestamp: "1790000000" },
    },
  ]);
});

it("getMessageHistory keeps Meta's sentence about a failure", async () => {
  const event = { delivery_status: "FAILED", timestamp: "1790000000", error_description: "Message undeliverable" };
  const { access } = fakeGraph(() => ({ json: { data: [{ events: { data: [event] } }] } }));
  expect(await getMessageHistory(access, "1", "wamid.1")).toMatchObject([{ status: "failed", error: "Message undeliverable" }]);
});

describe("what Graph answers is cleaned at the edge", () => {
  const answering = (text: string, more: Partial<GraphAccess> = {}) => {
    const { access, requests } = fakeGraph(() => ({ text }));
    return { access: { ...access, ...more }, requests };
  };

  it.each([
    ["NUL", "A\\u0000B", "AB"],
    ["the first half of an emoji", "A\\ud83dB", "A\ufffdB"],
    ["the second half of an emoji", "A\\ude00B", "A\ufffdB"],
    ["a whole emoji", "A\\ud83d\\ude00B", "A😀B"],
  ])("%s in a name", async (_what, written, read) => {
    const { access } = answering(`{"id":"1","verified_name":"${written}"}`);
    expect((await getPhoneNumber(access, "1")).verifiedName).toBe(read);
  });

  it("cuts a text between characters", async () => {
    const { access } = answering(JSON.stringify({ id: "1", verified_name: `${"a".repeat(19_999)}😀` }));
    expect((await getPhoneNumber(access, "1")).verifiedName).toBe("a".repeat(19_999));
  });

  it("cuts off what is nested too deeply", async () => {
    const deep = `${'{"type":"CAROUSEL","cards":['.repeat(5_000)}${"]}".repeat(5_000)}`;
    const { access } = answering(`{"data":[{"id":"1","name":"deep","language":"en","components":[${deep}]}]}`);
    const pages = [];
    for await (const page of listTemplates(access, "9")) pages.push(...page);
    expect(pages.map((t) => t.name)).toEqual(["deep"]);
    expect(JSON.stringify(pages).length).toBeLessThan(2_000);
  });

  it.each([
    ["0", null],
    ["1790000000", new Date(1790000000_000)],
    ["999999999999", undefined],
    ["-5", undefined],
    ["1e300", undefined],
  ])("a token that expires at %s", async (seconds, expiresAt) => {
    const { access } = answering(`{"data":{"is_valid":true,"expires_at":${seconds}}}`);
    expect((await debugToken(access)).expiresAt).toEqual(expiresAt);
  });

  it("has no prototype to be replaced", async () => {
    const { access } = answering('{"id":"1","__proto__":{"verified_name":"x"}}');
    expect((await getPhoneNumber(access, "1")).verifiedName).toBeUndefined();
  });

  it("leaves out templates whose name or language no template of Meta's has", async () => {
    const entry = (name: string, language: string) => ({ id: "1", name, language });
    const { access } = answering(
      JSON.stringify({ data: [entry("a".repeat(513), "en"), entry("b", "e".repeat(21)), entry("c", "en")] }),
    );
    const pages = [];
    for await (const page of listTemplates(access, "9")) pages.push(...page);
    expect(pages.map((t) => t.name)).toEqual(["c"]);
  });

  const base64 = (text: string) => Buffer.from(text).toString("base64");
  it.each([
    ["as it is", TOKEN],
    ["in base64", base64(TOKEN)],
    ["in base64 after a word", base64(`Bearer ${TOKEN}`)],
    ["in base64 within a sentence", base64(`The token ${TOKEN}, it says.`)],
    ["in base64 for addresses", Buffer.from(`x${TOKEN}`).toString("base64url")],
    ["in hex", Buffer.from(TOKEN).toString("hex")],
    ["in capital hex", Buffer.from(TOKEN).toString("hex").toUpperCase()],
  ])("removes the token %s", async (_how, quoted) => {
    const { access } = fakeGraph(() => ({ status: 401, json: { error: { message: `Cannot parse ${quoted}`, code: 190 } } }));
    const error = await failureOf(getPhoneNumber(access, "1"));
    expect(error.title).toContain("[token]");
    const shown = JSON.stringify([error, error.message, error.stack]);
    expect(shown).not.toContain(TOKEN);
    const words = error.title.match(/[\w+/=-]{8,}/g) ?? [];
    for (const word of words)
      for (const coding of ["base64", "base64url", "hex"] as const)
        expect(Buffer.from(word, coding).toString("latin1")).not.toContain(TOKEN.slice(4, 12));
  });

  it("removes a token with signs that JSON and addresses escape, and the proof of the app secret", async () => {
    const odd = 'EAA"\\/+é='.replace("é", "~");
    const { access } = fakeGraph(() => ({
      status: 400,
      json: { error: { message: `${odd} ${encodeURIComponent(odd)} proof-of-secret`, code: 100, error_user_msg: odd } },
    }));
    const error = await failureOf(getPhoneNumber({ ...access, accessToken: odd, appSecretProof: "proof-of-secret" }, "1"));
    expect(error.title).toBe("[token] [token] [token]");
    expect(error.details).toBe("[token]");
  });
});

describe("appsecret_proof", () => {
  it("goes with every call where the app secret is known, and with none where it is not", async () => {
    const { access, requests } = fakeGraph((request) => ({
      json: request.url.includes("/messages") ? { messages: [{ id: "wamid.1" }] } : { id: "1", data: [], success: true },
    }));
    const calls = async (with_: GraphAccess) => {
      await sendMessage(with_, "1", payload);
      await getPhoneNumber(with_, "1");
      await getBusinessAccount(with_, "1");
      await listSubscribedApps(with_, "1");
      await subscribeApp(with_, "1");
      await getMessageHistory(with_, "1", "wamid.1");
      await listPhoneNumberIds(with_, "1");
      for await (const _page of listTemplates(with_, "1"));
    };
    await calls(access);
    await calls({ ...access, appSecretProof: appSecretProof(TOKEN, "app-secret") });
    const proofs = requests.map((r) => new URL(r.url).searchParams.get("appsecret_proof"));
    // openssl: printf %s EAAG-secret-token | openssl dgst -sha256 -hmac app-secret
    expect(proofs).toEqual([...Array(8).fill(null), ...Array(8).fill(PROOF)]);
  });

  it.each([
    "API calls from the server require an appsecret_proof argument",
    "Invalid appsecret_proof provided in the API argument",
  ])("“%s” is about the integration and not about the message", async (message) => {
    const { access, requests } = fakeGraph(() => ({
      status: 400,
      json: { error: { message, type: "GraphMethodException", code: 100, fbtrace_id: "A" } },
    }));
    const error = await failureOf(sendMessage(access, "1", payload));
    expect(error).toMatchObject({ wantsAppSecret: true, kind: "reconnect", proof: "refused", isSafeToResend: false });
    expect(error.rule).toMatchObject({ scope: "integration", pauses: "integration" });
    await failureOf(getPhoneNumber(access, "1"));
    expect(requests).toHaveLength(2);
  });

  it("any other code 100 is about the call", async () => {
    const { access } = fakeGraph(() => ({ status: 400, json: { error: { message: "Invalid parameter", code: 100 } } }));
    expect(await failureOf(sendMessage(access, "1", payload))).toMatchObject({ wantsAppSecret: false, kind: "fix_request" });
  });
});

describe("listPhoneNumberIds", () => {
  it("walks all pages", async () => {
    const { access } = fakeGraph((_request, count) => ({
      json: {
        data: [{ id: `p${count}` }, { id: 7 }, null],
        paging: { cursors: { after: `c${count}` }, ...(count < 3 && { next: "x" }) },
      },
    }));
    expect([...(await listPhoneNumberIds(access, "9"))]).toEqual(["p1", "7", "p2", "p3"]);
  });

  it("ends when pages follow that hold nothing", async () => {
    const { access, requests } = fakeGraph((_request, count) => ({
      json: { data: [], paging: { cursors: { after: `c${count}` }, next: "x" } },
    }));
    expect((await failureOf(listPhoneNumberIds(access, "9"))).title).toMatch(/without entries/);
    expect(requests.length).toBeLessThan(20);
  });
});

it("an id of another kind of thing is told, although it could be read with fewer fields", async () => {
  const { access, requests } = fakeGraph((request) =>
    new URL(request.url).searchParams.get("fields") === "id,name"
      ? { json: { id: "9", name: "Portfolio" } }
      : {
          status: 400,
          json: { error: { code: 100, message: "(#100) Tried accessing nonexisting field (status) on node type (Business)" } },
        },
  );
  expect(await failureOf(getBusinessAccount(access, "9"))).toMatchObject({ code: 100, nodeType: "Business" });
  expect(requests).toHaveLength(1);
});
