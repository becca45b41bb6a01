import { createHash, createSign, generateKeyPairSync } from "node:crypto";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import type { Db } from "@/db/client";
import { useTestDatabase } from "@/db/testing";
import { makeOrganization } from "@/db/testing-data";
import { openDatabase } from "@/lib/ctx";
import { resetEnv } from "@/lib/env";
import { answerAuth } from "./answer";
import { oidcName } from "./oidc";
import { sessionFromRequest } from "./session";

useTestDatabase();

const ORIGIN = "http://localhost:3000";
type Answer = { status: number; location: string | null; body: unknown };

/** A browser that keeps cookies. */
function makeBrowser() {
  const jar: Record<string, string> = {};
  const cookies = () =>
    Object.entries(jar)
      .map(([name, value]) => `${name}=${value}`)
      .join("; ");
  const send = async (method: string, path: string, body?: Record<string, string>): Promise<Answer> => {
    const about = { "user-agent": "Test browser", "x-real-ip": "203.0.113.7", origin: ORIGIN };
    const headers = new Headers({ ...about, host: "localhost:3000", cookie: cookies() });
    const response = await answerAuth(
      new Request(new URL(path, ORIGIN), { method, headers, ...(body ? { body: new URLSearchParams(body) } : {}) }),
    );
    for (const header of response.headers.getSetCookie()) {
      const [, name = "", value = ""] = /^([^=]+)=([^;]*)/.exec(header) ?? [];
      if (value) jar[name] = value;
      else delete jar[name];
    }
    const text = await response.text();
    const answer: Answer = {
      status: response.status,
      location: response.headers.get("location"),
      body: response.headers.get("content-type")?.includes("json") ? JSON.parse(text) : text,
    };
    return answer;
  };
  const csrfToken = async () => ((await send("GET", "/api/auth/csrf")).body as { csrfToken: string }).csrfToken;
  return {
    jar,
    send,
    post: async (path: string, body: Record<string, string> = {}) =>
      send("POST", path, { ...body, csrfToken: await csrfToken() }),
    session: () => sessionFromRequest(db, new Request(ORIGIN, { headers: { cookie: cookies() } }), new Date()),
  };
}

let db: Db;
let org: Awaited<ReturnType<typeof makeOrganization>>;

beforeAll(async () => {
  process.env.NEXTAUTH_URL = ORIGIN;
  db = await openDatabase();
});
beforeEach(async () => {
  org = await makeOrganization(db);
});

describe("the sign-in form", () => {
  const signIn = (browser: ReturnType<typeof makeBrowser>, password: string) =>
    browser.post("/api/auth/callback/credentials", { email: org.email, password, callbackUrl: "/messages" });

  it("opens a session that next-auth's cookie carries, and signing out ends it for good", async () => {
    const browser = makeBrowser();
    expect((await signIn(browser, org.password)).location).toBe(`${ORIGIN}/messages`);
    expect(await browser.session()).toMatchObject({ user: { id: org.userId }, organization: { id: org.organizationId } });
    const kept = { ...browser.jar };
    await browser.post("/api/auth/signout");
    expect(await browser.session()).toBeNull();
    Object.assign(browser.jar, kept);
    expect(await browser.session()).toBeNull();
  });

  it("keeps the session when next-auth renews its cookie, and tells strangers nothing of it", async () => {
    const browser = makeBrowser();
    await signIn(browser, org.password);
    const { body } = await browser.send("GET", "/api/auth/session");
    expect(Object.keys(body as object)).toEqual(["expires"]);
    expect(await browser.session()).toMatchObject({ user: { id: org.userId } });
  });

  it("says what was wrong by a code", async () => {
    const browser = makeBrowser();
    expect((await signIn(browser, "wrong")).location).toContain("error=CredentialsSignin");
    for (let i = 0; i < 9; i++) await signIn(browser, "wrong");
    expect((await signIn(browser, org.password)).location).toContain("error=too_many_attempts");
    expect(await browser.session()).toBeNull();
  });

  it("needs its own page's token", async () => {
    const browser = makeBrowser();
    await browser.send("POST", "/api/auth/callback/credentials", { email: org.email, password: org.password });
    expect(await browser.session()).toBeNull();
  });

  it("never sends people to another site", async () => {
    const browser = makeBrowser();
    const answer = await browser.post("/api/auth/callback/credentials", {
      email: org.email,
      password: org.password,
      callbackUrl: "https://evil.example/",
    });
    expect(new URL(answer.location ?? "").origin).toBe(ORIGIN);
  });
});

describe("what nobody has a use for", () => {
  const ask = (method: string, path: string, init: RequestInit = {}) =>
    answerAuth(new Request(`${ORIGIN}/api/auth/${path}`, { method, ...init }));

  it.each([
    ["GET", "signin"],
    ["GET", "providers"],
    ["GET", "error?error=%00"],
    ["GET", "verify-request"],
    ["POST", "_log"],
    ["GET", "constructor"],
    ["GET", "signin/%ff"],
  ])("is not found: %s %s", async (method, path) => {
    expect((await ask(method, path)).status).toBe(404);
  });

  it.each([
    ["GET", "callback/credentials", "POST"],
    ["GET", "signout", "POST"],
    ["POST", "csrf", "GET"],
    ["DELETE", "session", "GET"],
  ])("is not allowed: %s %s", async (method, path, allow) => {
    const answer = await ask(method, path);
    expect([answer.status, answer.headers.get("allow")]).toEqual([405, allow]);
  });

  const json = (body: string) => ({ body, headers: { "content-type": "application/json" } });
  it.each([
    ["a body that is no JSON", json("{"), 400],
    ["a body that is null", json("null"), 400],
    ["a NUL in a text", json('{"email":"a\\u0000","password":"b"}'), 400],
    ["a body of another kind", { body: "a=b", headers: { "content-type": "text/plain" } }, 415],
    ["a body of 20 KB", { body: new URLSearchParams({ password: "x".repeat(20_000) }) }, 413],
  ])("is refused: %s", async (_what, init, status) => {
    expect((await ask("POST", "callback/credentials", init)).status).toBe(status);
  });

  it("is an address of next-auth's own pages: people are sent to ours", async () => {
    const answer = await ask("POST", "callback/credentials", { body: new URLSearchParams({ email: "a", password: "b" }) });
    expect(answer.headers.get("location")).toBe(`${ORIGIN}/login?error=csrf`);
  });

  it.each(["x", "//evil.example/", "/\t/evil.example", "javascript:alert(1)", "https://evil.example"])(
    "is the address to return to when it is not ours: %s",
    async (callbackUrl) => {
      const asked = await ask("POST", `signin/oidc?${new URLSearchParams({ callbackUrl })}`, {
        headers: { cookie: `next-auth.callback-url=${encodeURIComponent(callbackUrl)}`, origin: ORIGIN },
      });
      expect(asked.status).toBe(302);
      expect(asked.headers.getSetCookie().join()).not.toContain("evil");
    },
  );
});

describe("single sign-on", () => {
  const provider = makeProvider();

  beforeAll(async () => {
    const issuer = await provider.listen();
    Object.assign(process.env, {
      OIDC_ISSUER: issuer,
      OIDC_CLIENT_ID: "console",
      OIDC_CLIENT_SECRET: "client secret",
      OIDC_NAME: "Company login",
    });
    resetEnv();
  });
  afterAll(async () => {
    for (const name of ["OIDC_ISSUER", "OIDC_CLIENT_ID", "OIDC_CLIENT_SECRET", "OIDC_NAME"]) delete process.env[name];
    resetEnv();
    await provider.close();
  });

  async function signInAs(browser: ReturnType<typeof makeBrowser>, claims: Record<string, unknown>): Promise<string | null> {
    const { location } = await browser.post("/api/auth/signin/oidc", { callbackUrl: "/" });
    const code = provider.approve(new URL(location ?? ""), claims);
    const state = new URL(location ?? "").searchParams.get("state") ?? "";
    return (await browser.send("GET", `/api/auth/callback/oidc?${new URLSearchParams({ code, state })}`)).location;
  }

  it("is offered by its name", () => {
    expect(oidcName()).toBe("Company login");
  });

  it("lets a known person in by the provider's word", async () => {
    const browser = makeBrowser();
    expect(await signInAs(browser, { sub: "42", email: org.email, email_verified: true })).toBe(`${ORIGIN}/`);
    expect(await browser.session()).toMatchObject({ user: { id: org.userId, email: org.email } });
  });

  it("refuses people whom nobody invited, and addresses that the provider has not verified", async () => {
    for (const claims of [
      { sub: "43", email: "nobody@example.com", email_verified: true },
      { sub: "44", email: org.email, email_verified: false },
      { sub: "45", email: org.email },
    ]) {
      const browser = makeBrowser();
      expect(await signInAs(browser, claims)).toContain("error=AccessDenied");
      expect(await browser.session()).toBeNull();
    }
  });

  it("refuses an answer that belongs to another browser", async () => {
    const [mine, theirs] = [makeBrowser(), makeBrowser()];
    const { location } = await theirs.post("/api/auth/signin/oidc", { callbackUrl: "/" });
    const code = provider.approve(new URL(location ?? ""), { sub: "46", email: org.email, email_verified: true });
    const state = new URL(location ?? "").searchParams.get("state") ?? "";
    await mine.post("/api/auth/signin/oidc", { callbackUrl: "/" });
    await mine.send("GET", `/api/auth/callback/oidc?${new URLSearchParams({ code, state })}`);
    expect(await mine.session()).toBeNull();
  });
});

/** A small OpenID provider that approves whatever it is told to. */
function makeProvider() {
  const { privateKey, publicKey } = generateKeyPairSync("rsa", { modulusLength: 2048 });
  const codes = new Map<string, { claims: Record<string, unknown>; challenge: string | null }>();
  let issuer = "";
  const encode = (value: object) => Buffer.from(JSON.stringify(value)).toString("base64url");

  const signToken = (claims: Record<string, unknown>) => {
    const nowSeconds = Math.floor(Date.now() / 1000);
    const head = encode({ alg: "RS256", kid: "1" });
    const body = encode({ iss: issuer, aud: "console", iat: nowSeconds, exp: nowSeconds + 300, ...claims });
    return `${head}.${body}.${createSign("RSA-SHA256").update(`${head}.${body}`).sign(privateKey, "base64url")}`;
  };
  const answers: Record<string, (form: URLSearchParams) => object> = {
    "/.well-known/openid-configuration": () => ({
      issuer,
      authorization_endpoint: `${issuer}/authorize`,
      token_endpoint: `${issuer}/token`,
      jwks_uri: `${issuer}/keys`,
    }),
    "/keys": () => ({ keys: [{ ...publicKey.export({ format: "jwk" }), kid: "1", alg: "RS256", use: "sig" }] }),
    "/token": (form) => {
      const given = codes.get(form.get("code") ?? "");
      const challenge = createHash("sha256")
        .update(form.get("code_verifier") ?? "")
        .digest("base64url");
      if (!given || given.challenge !== challenge) return { error: "invalid_grant" };
      return { access_token: "opaque", token_type: "Bearer", id_token: signToken(given.claims) };
    },
  };
  const server: Server = createServer(async (req, res) => {
    let body = "";
    for await (const chunk of req) body += chunk;
    const answer = answers[req.url ?? ""]?.(new URLSearchParams(body)) ?? { error: "not_found" };
    res.writeHead("error" in answer ? 400 : 200, { "content-type": "application/json" }).end(JSON.stringify(answer));
  });
  return {
    listen: () =>
      new Promise<string>((resolve) => {
        server.listen(0, "127.0.0.1", () => {
          issuer = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
          resolve(issuer);
        });
      }),
    close: () => new Promise((resolve) => server.close(resolve)),
    /** The code with which a person would come back from the address they were sent to. */
    approve: (address: URL, claims: Record<string, unknown>): string => {
      const code = `code-${codes.size}`;
      const nonce = address.searchParams.get("nonce");
      codes.set(code, { claims: { ...claims, nonce }, challenge: address.searchParams.get("code_challenge") });
      return code;
    },
  };
}
