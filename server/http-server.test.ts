import { once } from "node:events";
import { request as send } from "node:http";
import { createServer } from "node:net";
import { afterEach, expect, test } from "vitest";
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
  expect(await (await fetch(`${behind.url}/api/v1/ip`, { headers: { "x-real-ip": "1.2.3.4" } })).json()).toEqual([
    "127.0.0.1",
    null,
  ]);
});

test("leaves pages and sign-in to the pages", async () => {
  const { url } = await serve(async () => new Response("api"));
  expect(await (await fetch(`${url}/contacts`)).text()).toBe("page");
  expect(await (await fetch(`${url}/api/auth/session`)).text()).toBe("page");
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
