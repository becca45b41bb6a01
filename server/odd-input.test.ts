import { request as send } from "node:http";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Db } from "@/db/client";
import { useTestDatabase } from "@/db/testing";
import { makeOrganization } from "@/db/testing-data";
import { startTestConsole, type TestConsole } from "@/inngest/testing";
import { openDatabase } from "@/lib/ctx";
import { createApiToken } from "@/lib/organizations/tokens";

useTestDatabase();

let db: Db;
let app: TestConsole;
let token = "";

beforeAll(async () => {
  db = await openDatabase();
  app = await startTestConsole();
  const org = await makeOrganization(db);
  token = (await createApiToken(org.ctx, { name: "Odd", scopes: ["*"] })).token;
});
afterAll(() => app.stop());

type Ask = { headers?: Record<string, string>; body?: string };

/** As the bytes stand: fetch() would mend most of what is odd. */
function ask(method: string, path: string, { headers = {}, body }: Ask = {}): Promise<number> {
  const { hostname, port } = new URL(app.url);
  return new Promise((done, fail) => {
    const request = send({ hostname, port, path, method, headers }, (response) => {
      response.resume().once("end", () => done(response.statusCode ?? 0));
    });
    request.once("error", fail).end(body);
  });
}

const json = { "content-type": "application/json" };
const form = { "content-type": "application/x-www-form-urlencoded" };
const bad = 400;

describe("what a client can send odd is the client's mistake", () => {
  const HOSTS = ["a:99999", "999.999.999.999", "1.2.3.4.5", "xn--a", "[:::]"];
  const PLACES = [
    "/api/v1/me?a=1",
    "/api/health",
    "/api/live",
    "/api/metrics",
    "/api/v1/crm/whatsapp/webhook?hub.mode=subscribe",
  ];
  test.each(HOSTS.flatMap((host) => PLACES.map((path) => [host, path])))("host %s at %s", async (host, path) => {
    expect(await ask("GET", path, { headers: { host } })).toBe(bad);
  });

  test.each(["/api/health", "/api/live", "/api/metrics", "/api/inngest", "/api/v1/me"])("TRACE %s", async (path) => {
    expect(await ask("TRACE", path)).toBe(405);
  });

  const MOMENTS = ["0000-01-01T00:00:00Z", "0001-01-01T00:00:00%2B14:00", "9999-12-31T23:59:59-14:00"];
  const LISTS = ["/api/v1/audit", "/api/v1/crm/whatsapp/messages"];
  test.each(LISTS.flatMap((list) => ["from", "to"].flatMap((name) => MOMENTS.map((moment) => [`${list}?${name}=${moment}`]))))(
    "%s",
    async (path) => {
      expect(await ask("GET", path, { headers: { authorization: `Bearer ${token}` } })).toBe(bad);
    },
  );
  test.each(["0001-01-01T00:00:00Z", "9999-12-31T23:59:59Z", "0001-01-01T00:00:00-14:00"])(
    "but a moment at the very edge is one: %s",
    async (moment) => {
      for (const list of LISTS)
        for (const name of ["from", "to"])
          expect(await ask("GET", `${list}?${name}=${moment}`, { headers: { authorization: `Bearer ${token}` } })).toBe(200);
    },
  );
  test.each(["0000-06-01T00:00:00Z", "0001-01-01T00:00:00+14:00"])("a consent given at %s", async (occurredAt) => {
    const body = {
      phoneNumber: "+905551234567",
      purpose: "marketing",
      status: "opted_in",
      method: "form",
      evidence: "x",
      occurredAt,
    };
    expect((await app.call(token, "POST", "/api/v1/crm/consents", body)).status).toBe(bad);
  });

  test.each([
    ["GET", "/contacts/%ff", {}, 400],
    ["GET", "/messages/%zz", {}, 400],
    ["GET", "/templates/%", {}, 400],
    ["GET", "/integrations/%c0%af", {}, 400],
    ["GET", "/api/auth/%ff", {}, 400],
    ["GET", "/api/auth/signin/%ff", {}, 400],
    ["GET", "/api/auth/callback/%ff", {}, 400],
    ["GET", "/api/auth/callback/credentials", {}, 405],
    ["POST", "/api/auth/callback/credentials", { headers: json, body: "{" }, 400],
    ["POST", "/api/auth/session", { headers: json, body: "{" }, 405],
    ["GET", "/api/auth/error?error=%00", {}, 404],
    ["GET", "/api/auth/error?error=%E4%B8%AD", {}, 404],
    ["POST", "/api/auth/signin?callbackUrl=x", {}, 404],
    ["POST", "/api/auth/signin/oidc?callbackUrl=x", { headers: form, body: "callbackUrl=y" }, 302],
    ["GET", "/", { headers: { rsc: "1", "next-router-state-tree": "%" } }, 400],
    ["POST", "/api/auth/_log", { headers: form, body: `level=error&code=${"A".repeat(1_000)}` }, 404],
  ] as [string, string, Ask, number][])("%s %s", async (method, path, given, status) => {
    expect(await ask(method, path, given)).toBe(status);
  });
});

describe("more than there is room for", () => {
  const routes = [
    "/api/auth/callback/credentials",
    "/api/v1/setup",
    "/api/v1/links",
    "/api/v1/crm/whatsapp/webhook",
    "/api/v1/crm/whatsapp/send",
    "/api/inngest",
    "/",
  ];
  test.each(routes)("announced to %s is refused without reading it", async (path) => {
    const signed = { "x-hub-signature-256": `sha256=${"0".repeat(64)}`, "content-type": "application/x-www-form-urlencoded" };
    const headers = { ...signed, authorization: `Bearer ${token}`, "content-length": "500000000" };
    const { hostname, port } = new URL(app.url);
    const status = await new Promise((done, fail) => {
      const request = send({ hostname, port, path, method: path === "/" ? "GET" : "POST", headers }, (response) => {
        done(response.statusCode);
        request.destroy();
      });
      request.once("error", fail).flushHeaders();
    });
    expect([404, 413]).toContain(status);
  });

  test.each(["/api/auth/callback/credentials", "/api/v1/setup", "/api/v1/crm/whatsapp/webhook"])(
    "streamed to %s is cut off",
    async (path) => {
      const signed = { "x-hub-signature-256": `sha256=${"0".repeat(64)}`, "content-type": "application/json" };
      const { hostname, port } = new URL(app.url);
      const status = await new Promise((done, fail) => {
        const request = send({ hostname, port, path, method: "POST", headers: signed }, (response) => {
          done(response.statusCode);
          request.destroy();
        });
        request.on("error", fail);
        const chunk = Buffer.alloc(64_000, "a");
        const write = () => {
          while (!request.destroyed && request.write(chunk));
          request.once("drain", write);
        };
        write();
      });
      expect(status).toBe(413);
    },
  );

  test("things wrong with one request: the answer names twenty, and is short", async () => {
    const fields = (count: number) => Object.fromEntries(Array.from({ length: count }, (_, i) => [`unknown field ${i}`, 1]));
    const setup = await app.call("", "POST", "/api/v1/setup", fields(500));
    expect([setup.status, setup.body.details.length]).toEqual([400, 20]);
    const contact = await app.call(token, "POST", "/api/v1/crm/contacts", fields(30_000));
    expect([contact.status, contact.body.details.length]).toEqual([400, 20]);
  });
});
