import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { eventually } from "@/inngest/testing";
import type { Demo, Host } from "./hosts";

/** A database and a server of their own, on a machine that does other things too. */
export const START_TIMEOUT_MS = 240_000;

const PHONE = "+905551234567";
const ORDER = {
  template: "order_confirmation",
  templateParams: { orderNumber: "ORD-12345", customerName: "John Doe" },
  language: "en",
};

// biome-ignore lint/suspicious/noExplicitAny: answers of every shape
type Answer = { status: number; headers: Headers; body: any };

const isNoServerError = (status: number) => status < 500;

/** What must be the same wherever the console runs. */
export function describeJourneys(start: () => Promise<Host>): () => { host: Host; demo: Demo } {
  let host: Host;
  let demo: Demo;
  beforeAll(async () => {
    host = await start();
    demo = JSON.parse(await host.script("scripts/seed.ts", "--json"));
  });
  afterAll(() => host?.stop());

  async function ask(method: string, path: string, init: RequestInit = {}): Promise<Answer> {
    const answer = await fetch(host.url + path, { redirect: "manual", ...init, method });
    const text = await answer.text();
    const isJson = answer.headers.get("content-type")?.startsWith("application/json");
    return { status: answer.status, headers: answer.headers, body: isJson && text ? JSON.parse(text) : text };
  }
  const call = (method: string, path: string, body?: unknown) =>
    ask(method, path, {
      headers: { authorization: `Bearer ${demo.token}`, "content-type": "application/json" },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
  const send = () => call("POST", "/api/v1/crm/whatsapp/send", { phoneNumber: PHONE, ...ORDER });
  const reachesRead = (id: string) =>
    eventually(
      async () => (await call("GET", `/api/v1/crm/whatsapp/messages/${id}`)).body,
      (message) => message.status === "read",
      `${id} being read`,
      30_000,
    );

  test("is healthy once it is seeded", async () => {
    expect(await ask("GET", "/api/health")).toMatchObject({ status: 200, body: { status: "ok", database: { status: "ok" } } });
  });

  test("takes the guide's message, sends it without waiting for the sweep, and hears that it was read", async () => {
    const sent = await send();
    expect(sent).toMatchObject({ status: 202, body: { status: "queued", integrationId: demo.integrationId } });
    expect(await reachesRead(sent.body.id)).toMatchObject({ attempts: 1 });
  });

  test("takes many at once and sends each", async () => {
    const messages = Array.from({ length: 20 }, () => ({ phoneNumber: PHONE, ...ORDER }));
    const sent = await call("POST", "/api/v1/crm/whatsapp/send/bulk", { messages });
    expect([sent.status, sent.body.results?.length]).toEqual([202, 20]);
    // Meta allows one person one message in six seconds.
    await reachesRead(sent.body.results[0].id);
  });

  test("tells an open page what has changed, while it is open", async () => {
    const stop = new AbortController();
    const live = await fetch(`${host.url}/api/live`, {
      headers: { authorization: `Bearer ${demo.token}` },
      signal: stop.signal,
    });
    expect(live.headers.get("content-type")).toContain("text/event-stream");
    const reader = (live.body as ReadableStream<Uint8Array>).getReader();
    const decoder = new TextDecoder();
    let heard = decoder.decode((await reader.read()).value);
    expect(heard).toContain(": listening");
    await send();
    while (!heard.includes('"messages"')) heard += decoder.decode((await reader.read()).value);
    stop.abort();
  });

  test("keeps what a person writes, and refuses a webhook that nobody signed", async () => {
    const text = `Hello ${demo.organizationId}`;
    expect(await call("POST", `/api/v1/sandbox/${demo.integrationId}/replies`, { from: PHONE, text })).toMatchObject({
      status: expect.toSatisfy((status: number) => status < 300),
    });
    const [chat] = (await call("GET", "/api/v1/crm/conversations")).body.data;
    await eventually(
      async () => (await call("GET", `/api/v1/crm/conversations/${chat.id}/messages`)).body,
      (found) => JSON.stringify(found).includes(text),
      "the reply in the inbox",
    );
    const webhook = "/api/v1/crm/whatsapp/webhook";
    expect((await ask("GET", webhook)).status).toBe(403);
    const forged = { headers: { "content-type": "application/json" }, body: JSON.stringify({ object: "x", entry: [] }) };
    expect(await ask("POST", webhook, forged)).toMatchObject({ status: 401, body: { error: "unauthorized" } });
  });

  test("hands out a file by ranges, and as no page of ours", async () => {
    const form = new FormData();
    form.set("integrationId", demo.integrationId);
    form.set("file", new Blob(["%PDF-1.7\n"], { type: "application/pdf" }), "list.pdf");
    const authorization = `Bearer ${demo.token}`;
    const { status, body } = await ask("POST", "/api/v1/media", { headers: { authorization }, body: form });
    expect(status).toBe(201);
    const file = await ask("GET", `/api/v1/media/${body.id}/content`, { headers: { authorization, range: "bytes=1-3" } });
    expect([file.status, file.body]).toEqual([206, "PDF"]);
    expect(Object.fromEntries(file.headers)).toMatchObject({
      "content-range": "bytes 1-3/9",
      "content-security-policy": "default-src 'none'; sandbox",
      "content-disposition": expect.stringMatching(/^attachment;.*list\.pdf/),
      "x-content-type-options": "nosniff",
    });
  });

  test.each([
    ["GET", "/api/v1/nothing/here", 404, "not_found", null],
    ["DELETE", "/api/v1/nothing/here", 404, "not_found", null],
    ["POST", "/api/v1", 404, "not_found", null],
    ["GET", "/api/nothing", 404, "not_found", null],
    ["PUT", "/api/v1/crm/whatsapp/send", 405, "method_not_allowed", "POST"],
    ["GET", "/api/v1/crm/whatsapp/send", 405, "method_not_allowed", "POST"],
    ["PATCH", "/api/v1/crm/whatsapp/webhook", 405, "method_not_allowed", "GET, HEAD, POST"],
    ["DELETE", "/api/v1/integrations", 405, "method_not_allowed", "GET, HEAD, POST"],
    ["POST", "/api/health", 405, "method_not_allowed", "GET, HEAD"],
    ["POST", "/api/v1/integrations/int_1", 405, "method_not_allowed", "GET, HEAD, PATCH, DELETE"],
  ])("answers %s %s with %i in JSON", async (method, path, status, error, allow) => {
    const answer = await ask(method, path);
    expect(answer).toMatchObject({ status, body: { error, message: expect.any(String), requestId: expect.any(String) } });
    expect(answer.headers.get("allow")).toBe(allow);
  });

  test("answers HEAD and OPTIONS by the same list of methods", async () => {
    expect((await ask("HEAD", "/api/health")).status).toBe(200);
    expect((await ask("HEAD", "/api/v1/nothing")).status).toBe(404);
    const options = await ask("OPTIONS", "/api/v1/integrations");
    expect([options.status, options.headers.get("allow")]).toEqual([204, "GET, HEAD, POST"]);
  });

  test("keeps a connection for as long as a proxy means to use it", async () => {
    expect((await ask("GET", "/api/health")).headers.get("keep-alive")).toBe("timeout=65");
  });

  test("signs a person in who knows the password, and nobody else", async () => {
    const signIn = async (password: string) => {
      const token = await fetch(`${host.url}/api/auth/csrf`);
      const { csrfToken } = (await token.json()) as { csrfToken: string };
      const cookies = token.headers.getSetCookie().map((cookie) => cookie.split(";")[0]);
      return ask("POST", "/api/auth/callback/credentials", {
        headers: {
          cookie: cookies.join("; "),
          "content-type": "application/x-www-form-urlencoded",
          origin: host.url,
          "sec-fetch-site": "same-origin",
        },
        body: new URLSearchParams({ csrfToken, email: demo.email, password, json: "true" }),
      });
    };
    const cookieOf = (answer: Answer) =>
      answer.headers
        .getSetCookie()
        .map((cookie) => cookie.split(";")[0] ?? "")
        .filter((cookie) => /session-token=./.test(cookie));
    const wrong = await signIn("not the password");
    expect([wrong.status, cookieOf(wrong)]).toEqual([401, []]);
    const [cookie] = cookieOf(await signIn(demo.password));
    expect(cookie).toBeDefined();

    const page = await ask("GET", "/messages", { headers: { cookie: cookie ?? "" } });
    expect([page.status, page.body]).toEqual([200, expect.stringContaining("<title>")]);
    expect((await ask("GET", "/messages")).headers.get("location")).toContain("/login");
    expect(await ask("GET", "/api/v1/me", { headers: { cookie: cookie ?? "" } })).toMatchObject({
      status: 200,
      body: { user: { email: demo.email } },
    });
  });

  describe("a stranger", () => {
    const json = { "content-type": "application/json" };

    test.each([
      ["/api/v1/setup", 16_001],
      ["/api/v1/links", 16_001],
      ["/api/v1/crm/whatsapp/webhook", 3 * 1024 * 1024 + 1],
    ])("is refused at %s with %i bytes, and heard with fewer", async (path, bytes) => {
      const signed = { ...json, "x-hub-signature-256": `sha256=${"0".repeat(64)}` };
      const post = (length: number) => ask("POST", path, { headers: signed, body: `"${"x".repeat(length - 2)}"` });
      expect(await post(bytes)).toMatchObject({ status: 413, body: { error: "payload_too_large" } });
      expect((await post(1_000)).status).not.toBe(413);
    });

    test("cannot make it read on: a body that only grows is cut off at the limit", async () => {
      let given = 0;
      const endless = new ReadableStream<Uint8Array>({
        pull(stream) {
          given += 64_000;
          if (given > 40_000_000) stream.close();
          else stream.enqueue(new Uint8Array(64_000).fill(0x20));
        },
      });
      const init: RequestInit & { duplex: "half" } = { headers: json, body: endless, duplex: "half" };
      const status = await ask("POST", "/api/v1/setup", init).then(
        (answer) => answer.status,
        () => "hung up",
      );
      expect([413, "hung up"]).toContain(status);
      expect(given).toBeLessThan(20_000_000);
    });

    test("sees neither what it is made of nor a page in a frame", async () => {
      for (const path of ["/login", "/api/health", "/api/v1/nothing"]) {
        const { headers } = await ask("GET", path);
        expect(headers.get("x-powered-by")).toBeNull();
        expect(headers.get("x-content-type-options")).toBe("nosniff");
        expect(headers.get("x-frame-options") ?? headers.get("content-security-policy")).toBeTruthy();
      }
      expect((await ask("GET", "/api/metrics")).status).toBe(401);
    });

    test("meets no 500 with odd requests", async () => {
      const odd: [string, string, RequestInit?][] = [
        ["POST", "/api/v1/crm/whatsapp/send", { headers: json, body: "{" }],
        ["POST", "/api/v1/setup", { headers: json, body: '{"token":"\\u0000"}' }],
        ["GET", "/api/v1/links/%00"],
        ["GET", "/api/v1/crm/whatsapp/webhook?hub.mode=subscribe&hub.verify_token=%00"],
        ["POST", "/api/auth/callback/credentials", { headers: json, body: "[]" }],
        ["POST", "/api/inngest", { headers: json, body: "{}" }],
        ["GET", "/api/auth/nothing"],
      ];
      for (const [method, path, init] of odd)
        expect(await ask(method, path, init), path).toHaveProperty("status", expect.toSatisfy(isNoServerError));
    });
  });

  return () => ({ host, demo });
}
