import { afterEach, describe, expect, test } from "vitest";
import { readJson, STRANGERS_LIMIT_BYTES, withStrangersBody } from "./body";

const LONG = 3_000_000;
const streams: ReadableStreamDefaultController<Uint8Array>[] = [];
afterEach(() => {
  for (const stream of streams.splice(0)) stream.close();
});

/** Somebody who has sent so much, and never ends. */
function unfinished(from: string, bytes: number): Request {
  const body = new ReadableStream<Uint8Array>({
    start(stream) {
      streams.push(stream);
      stream.enqueue(new Uint8Array(bytes));
    },
  });
  return new Request("http://localhost/", {
    method: "POST",
    body,
    headers: { "x-real-ip": from },
    duplex: "half",
  } as RequestInit);
}
const said = (from: string, bytes: number) =>
  new Request("http://localhost/", { method: "POST", body: new Uint8Array(bytes), headers: { "x-real-ip": from } });
const take = (request: Request, limit: number) => withStrangersBody(request, limit, async (bytes) => bytes.byteLength);
const turn = () => new Promise((done) => setImmediate(done));

describe("what strangers send and never finish", () => {
  test("leaves room for other networks, and for short words of the same", async () => {
    const held = Array.from({ length: 10 }, () => take(unfinished("203.0.113.1", LONG), LONG));
    await turn();
    await expect(take(said("203.0.113.1", LONG), LONG)).rejects.toMatchObject({ code: "not_ready" });
    expect(await take(said("203.0.113.2", LONG), LONG)).toBe(LONG);
    expect(await take(said("203.0.113.1", 300), STRANGERS_LIMIT_BYTES)).toBe(300);
    for (const stream of streams.splice(0)) stream.close();
    expect(await Promise.all(held)).toEqual(held.map(() => LONG));
    expect(await take(said("203.0.113.1", LONG), LONG)).toBe(LONG);
  });

  test("fills the room of all only from many networks, and then still lets people sign in", async () => {
    const held = Array.from({ length: 33 }, (_, i) => take(unfinished(`203.0.113.${i % 4}`, LONG), LONG));
    await turn();
    await expect(take(said("198.51.100.1", LONG), LONG)).rejects.toMatchObject({ code: "not_ready" });
    expect(await take(said("198.51.100.1", 300), STRANGERS_LIMIT_BYTES)).toBe(300);
    for (const stream of streams.splice(0)) stream.close();
    await Promise.all(held);
  });
});

test("a body nested deeper than anything we are told is refused", async () => {
  const nested = (depth: number) =>
    new Request("http://localhost/", {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: `${"[".repeat(depth)}${"]".repeat(depth)}`,
    });
  expect(await readJson(nested(60))).toBeInstanceOf(Array);
  for (const depth of [65, 5_000, 400_000])
    await expect(readJson(nested(depth)), `${depth}`).rejects.toMatchObject({ code: "validation_failed" });
});
