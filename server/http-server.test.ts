import { once } from "node:events";
import { type IncomingHttpHeaders, request as send } from "node:http";
import { connect, createServer, type Socket } from "node:net";
import { afterEach, describe, expect, test } from "vitest";
import { SECURITY_HEADERS } from "@/lib/http/security-headers";
import { listen, requireFreePort } from "./http-server";

type Api = (pathname: string, request: Request) => Promise<Response>;
let close: (() => Promise<void>) | undefined;

afterEach(async () => {
  await close?.();
  close = undefined;
});

async function serve(api: Api, trustProxy = false): Promise<{ url: string; port: number }> {
  const port = await freePort();
  close = await listen({ port, trustProxy, api, pages: async (_req, res) => void res.end("page") });
  return { url: `http://127.0.0.1:${port}`, port };
}

async function freePort(): Promise<number> {
  const probe = createServer().listen(0);
  await once(probe, "listening");
  const address = probe.address();
  probe.close();
  return address && typeof address === "object" ? address.port : 0;
}

test("gives handlers the method, address, headers and bytes of the request", async () => {
  const { url } = await serve(async (pathname, request) => {
    const { method, headers } = request;
    return Response.json({ pathname, url: request.url, method, type: headers.get("content-type"), body: await request.text() });
  });
  const response = await fetch(`${url}/api/v1/things?a=1`, { method: "POST", body: "ğ", headers: { "content-type": "text/x" } });
  const expected = { pathname: "/api/v1/things", url: `${url}/api/v1/things?a=1`, method: "POST", type: "text/x", body: "ğ" };
  expect(await response.json()).toEqual(expected);
});

test("does not believe a stranger's word on his address, and believes a proxy's", async () => {
  const address: Api = async (_pathname, { headers }) =>
    Response.json([headers.get("x-real-ip"), headers.get("x-forwarded-for")]);
  const claimed = { "x-real-ip": "1.2.3.4", "x-forwarded-for": "5.6.7.8" };
  const open = await serve(address);
  expect(await (await fetch(`${open.url}/api/v1/ip`, { headers: claimed })).json()).toEqual(["127.0.0.1", null]);
  await close?.();
  const behind = await serve(address, true);
  const forwarded = { "x-forwarded-for": "9.9.9.9, 5.6.7.8" };
  expect(await (await fetch(`${behind.url}/api/v1/ip`, { headers: forwarded })).json()).toEqual(["5.6.7.8", "9.9.9.9, 5.6.7.8"]);
  for (const [written, address] of [
    ["5.6.7.8:51234", "5.6.7.8"],
    ["[2001:db8::1]:51234", "2001:db8::1"],
    ["2001:db8::1", "2001:db8::1"],
  ])
    expect((await (await fetch(`${behind.url}/api/v1/ip`, { headers: { "x-forwarded-for": `${written}` } })).json())[0]).toBe(
      address,
    );
  expect(await (await fetch(`${behind.url}/api/v1/ip`, { headers: { "x-real-ip": "1.2.3.4" } })).json()).toEqual([
    "127.0.0.1",
    null,
  ]);
});

test("leaves pages to the pages", async () => {
  const { url } = await serve(async () => new Response("api"));
  expect(await (await fetch(`${url}/contacts`)).text()).toBe("page");
  expect(await (await fetch(`${url}/api/auth/session`)).text()).toBe("api");
  expect(await (await fetch(`${url}/api/health`)).text()).toBe("api");
});

test("a body too long is answered, although it was not read to its end", async () => {
  const { url } = await serve(async (_pathname, request) => {
    await request.body?.getReader().cancel();
    return new Response("too long", { status: 413 });
  });
  const response = await fetch(`${url}/api/v1/things`, { method: "POST", body: Buffer.alloc(8_000_000) });
  expect(response.status).toBe(413);
  expect(await response.text()).toBe("too long");
});

test("a stream is sent as it comes, and told when the client goes away", async () => {
  let left: () => void = () => undefined;
  const gone = new Promise<void>((done) => {
    left = done;
  });
  const { port } = await serve(async (_pathname, request) => {
    const aborted = new Promise((done) => request.signal.addEventListener("abort", done));
    const body = new ReadableStream<Uint8Array>({
      start: (controller) => controller.enqueue(new TextEncoder().encode("data: 1\n\n")),
      cancel: () => void aborted.then(left),
    });
    return new Response(body, { headers: { "content-type": "text/event-stream" } });
  });
  const request = send({ port, path: "/api/live" }).end();
  const [response] = await once(request, "response");
  const [first] = await once(response, "data");
  expect(String(first)).toBe("data: 1\n\n");
  request.destroy();
  await gone;
});

test("closing lets an answer in flight finish and takes no new one", async () => {
  let release: () => void = () => undefined;
  const reached = new Promise<void>((arrived) => {
    void serve(async () => {
      arrived();
      await new Promise<void>((done) => {
        release = done;
      });
      return new Response("done");
    }).then(({ url }) => {
      answered = fetch(`${url}/api/v1/slow`).then((response) => response.text());
      address = url;
    });
  });
  let answered: Promise<string> | undefined;
  let address = "";
  await reached;
  const closing = close?.();
  close = undefined;
  await expect(fetch(`${address}/api/v1/slow`)).rejects.toThrow();
  release();
  expect(await answered).toBe("done");
  await closing;
});

test("a port in use is said in one sentence", async () => {
  const { port } = await serve(async () => new Response("api"));
  await expect(requireFreePort(port)).rejects.toThrow(
    `Port ${port} is in use by another program. Stop it, or set PORT to another number.`,
  );
});

type Raw = { status: number; headers: IncomingHttpHeaders; body: string };

async function sendRaw(port: number, path: string, headers: Record<string, string> = {}, method = "GET"): Promise<Raw> {
  const request = send({ port, path, method, headers });
  request.end();
  const [response] = await once(request, "response");
  let body = "";
  for await (const chunk of response) body += chunk;
  return { status: response.statusCode, headers: response.headers, body };
}

describe("what no address of ours can answer", () => {
  const api: Api = async (_pathname, request) => Response.json({ url: new URL(request.url).href });
  const tree = (state: unknown) => ({ rsc: "1", "next-router-state-tree": encodeURIComponent(JSON.stringify(state)) });

  test.each([
    ["a port that is none", "/contacts", { host: "a:99999" }, 400],
    ["an address that is none", "/api/health", { host: "999.999.999.999" }, 400],
    ["five numbers", "/api/health", { host: "1.2.3.4.5" }, 400],
    ["a name that cannot be decoded", "/api/v1/me", { host: "xn--a" }, 400],
    ["an odd IPv6 address", "/api/v1/me?a=1", { host: "[:::]" }, 400],
    ["a path that cannot be decoded", "/contacts/%ff", {}, 400],
    ["half a percent sign", "/contacts/%zz", {}, 400],
    ["an over-long encoding", "/api/auth/signin/%c0%af", {}, 400],
    ["a NUL in a path", "/contacts/a%00", {}, 400],
    ["a NUL in a page's query", "/contacts?search=%00", {}, 400],
    ["a router state that is none", "/contacts", { rsc: "1", "next-router-state-tree": "%" }, 400],
    ["a router state of another shape", "/contacts", tree({ children: 1 }), 400],
    ["a body for a page", "/contacts", { "content-length": "5" }, 413],
    ["a dot on the way", "/./api/health", {}, 400],
    ["two dots", "/contacts/../api/health", {}, 400],
    ["encoded dots", "/contacts/%2E%2e/api/health", {}, 400],
    ["an empty part", "/api//health", {}, 400],
    ["a backslash", "/contacts\\..\\api", {}, 400],
    ["another scheme's address", "http://evil.example/contacts", {}, 400],
  ])("is refused with a 4xx: %s", async (_what, path, headers, status) => {
    const { port } = await serve(api);
    const answer = await sendRaw(port, path, headers);
    expect(answer.status).toBe(status);
    expect(answer.headers["content-type"]).toMatch(path.startsWith("/api/") ? /json/ : /^text\/plain/);
  });

  test("is refused when it names two hosts", async () => {
    const { port } = await serve(api);
    const socket = connect(port, "127.0.0.1");
    socket.end("GET /api/health HTTP/1.1\r\nHost: a.example\r\nHost: b.example\r\nConnection: close\r\n\r\n");
    let answer = "";
    for await (const chunk of socket) answer += chunk;
    expect(answer).toMatch(/^HTTP\/1\.1 400 /);
  });

  test.each(["TRACE", "POST", "DELETE"])("is refused with 405 and what there is: %s of a page", async (method) => {
    const { port } = await serve(api);
    const answer = await sendRaw(port, "/contacts", { "content-length": "0" }, method);
    expect([answer.status, answer.headers.allow]).toEqual([405, "GET, HEAD"]);
  });

  test("is refused by what a proxy says, too", async () => {
    const { port } = await serve(api, true);
    expect((await sendRaw(port, "/api/health", { "x-forwarded-host": "evil.example:99999" })).status).toBe(400);
    expect((await sendRaw(port, "/api/health", { "x-forwarded-host": "good.example" })).status).toBe(200);
  });

  test("does not take with it what is only unusual", async () => {
    const { port } = await serve(api);
    expect((await sendRaw(port, "/contacts?search=%25%0A%F0%9F%98%80")).body).toBe("page");
    const state = ["", { children: [["id", "1", "d", null], {}] }, null, "refetch"];
    expect((await sendRaw(port, "/contacts", tree(state))).body).toBe("page");
    expect((await sendRaw(port, "/contacts", { host: "console.example:8080" })).body).toBe("page");
  });
});

test("puts the security headers on whatever it answers", async () => {
  const { port } = await serve(async () => Response.json({}));
  for (const path of ["/contacts", "/api/v1/me", "/api/live", "/%ff"]) {
    const { headers } = await sendRaw(port, path);
    expect(headers, path).toMatchObject(SECURITY_HEADERS);
    expect(headers, path).not.toHaveProperty("strict-transport-security");
  }
  await close?.();
  const behind = await serve(async () => Response.json({}), true);
  const { headers } = await sendRaw(behind.port, "/api/health", { "x-forwarded-proto": "https" });
  expect(headers["strict-transport-security"]).toMatch(/^max-age=\d{8}$/);
});

test("gives one network only so many connections", async () => {
  const { port } = await serve(async () => new Response("api"));
  const sockets: Socket[] = [];
  // More at a time than the system lets wait at the door would only try again, later and later.
  while (sockets.length < 2_500) {
    const next = Array.from({ length: 250 }, () => connect(port, "127.0.0.1"));
    await Promise.all(next.map((socket) => once(socket, "connect")));
    sockets.push(...next);
  }
  const late = connect(port, "127.0.0.1");
  await once(late.resume(), "close");
  for (const socket of sockets) socket.destroy();
});
