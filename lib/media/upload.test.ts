import { createHash } from "node:crypto";
import { eq } from "drizzle-orm";
import { beforeAll, beforeEach, expect, it } from "vitest";
import { POST } from "@/app/api/v1/media/route";
import type { Db } from "@/db/client";
import { mediaChunks, mediaFiles } from "@/db/schema/media";
import { useTestDatabase } from "@/db/testing";
import { openDatabase } from "@/lib/ctx";
import { resetEnv } from "@/lib/env";
import { makeSender, type Sender } from "@/lib/messages/testing";
import { updateSandboxSettings } from "@/lib/sandbox/phone";
import { forgetUnfinished } from "./retention";
import { CHUNK_BYTES, getBytes } from "./store";

useTestDatabase();

const PNG = Buffer.from(
  "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==",
  "base64",
);
const MB = 1024 * 1024;

let db: Db;
let org: Sender;

beforeAll(async () => {
  process.env.SANDBOX_SPEED = "0";
  resetEnv();
  db = await openDatabase();
});
beforeEach(async () => {
  org = await makeSender(db, { integration: { sandbox: true } });
});

type Given = { name?: string; type?: string; integrationId?: string | null };

function formOf(bytes: Uint8Array, { name = "a.png", type = "image/png", integrationId = org.integration.id }: Given = {}) {
  const form = new FormData();
  form.append("file", new Blob([Uint8Array.from(bytes)], { type }), name);
  if (integrationId !== null) form.append("integrationId", integrationId);
  return form;
}

async function post(body: BodyInit, headers: Record<string, string> = {}) {
  const request = new Request("http://localhost:3000/api/v1/media", {
    method: "POST",
    headers: { authorization: `Bearer ${org.token}`, ...headers },
    body,
  });
  const response = await POST(request, { params: Promise.resolve({}) });
  return { status: response.status, json: (await response.json()) as Record<string, unknown> };
}
const upload = (bytes: Uint8Array, given: Given = {}) => post(formOf(bytes, given));
const kept = () => db.select().from(mediaFiles).where(eq(mediaFiles.organizationId, org.organizationId));

async function bytesOf(id: string, size: number): Promise<Buffer> {
  const pieces: Buffer[] = [];
  for await (const piece of getBytes(db, id, { start: 0, end: size - 1 })) pieces.push(piece);
  return Buffer.concat(pieces);
}

it("keeps a file sealed, gives it to Meta once, and answers what it is", async () => {
  const { status, json } = await upload(PNG);
  expect([status, json]).toEqual([
    201,
    {
      id: expect.stringMatching(/^med_/),
      type: "image",
      mimeType: "image/png",
      bytes: PNG.length,
      sha256: createHash("sha256").update(PNG).digest("hex"),
    },
  ]);
  const [row] = await kept();
  expect(row).toMatchObject({ metaId: expect.stringMatching(/^\d+$/), isWhole: true, filename: "a.png" });
  const [chunk] = await db
    .select()
    .from(mediaChunks)
    .where(eq(mediaChunks.fileId, String(json.id)));
  expect(chunk?.content.includes(PNG.subarray(0, 16))).toBe(false);
  expect((await bytesOf(String(json.id), PNG.length)).equals(PNG)).toBe(true);
  expect((await upload(PNG, { integrationId: null })).json).toEqual(json);
  expect(await kept()).toHaveLength(1);
});

it("keeps every byte of a file of many pieces, and reads any range of it", async () => {
  const bytes = Buffer.concat([Buffer.from("%PDF-1.7\n"), Buffer.alloc(3 * CHUNK_BYTES + 12_345, "0123456789")]);
  const { status, json } = await upload(bytes, { name: "a.pdf", type: "application/pdf" });
  expect(status).toBe(201);
  expect(json).toMatchObject({ type: "document", bytes: bytes.length, sha256: createHash("sha256").update(bytes).digest("hex") });
  const ranges = [
    [0, 0],
    [5, CHUNK_BYTES + 5],
    [CHUNK_BYTES - 1, CHUNK_BYTES],
    [bytes.length - 3, bytes.length - 1],
  ] as const;
  for (const [start, end] of ranges) {
    const pieces: Buffer[] = [];
    for await (const piece of getBytes(db, String(json.id), { start, end })) pieces.push(piece);
    expect(Buffer.concat(pieces).equals(bytes.subarray(start, end + 1)), `${start}-${end}`).toBe(true);
  }
});

it.each<[string, Buffer, Given, string]>([
  ["an SVG that is called PNG", Buffer.from("<svg xmlns='http://www.w3.org/2000/svg'/>"), {}, "unsupported_media_type"],
  [
    "a page that is called a text",
    Buffer.from("<!doctype html><script>alert(1)</script>"),
    { name: "a.txt", type: "text/plain" },
    "unsupported_media_type",
  ],
  ["a script", Buffer.from("#!/bin/sh\nrm -rf /\n"), { name: "a.txt", type: "text/plain" }, "unsupported_media_type"],
  [
    "a program for Windows",
    Buffer.concat([Buffer.from("MZ"), Buffer.alloc(200)]),
    { name: "a.pdf", type: "application/pdf" },
    "unsupported_media_type",
  ],
  [
    "a program for Linux",
    Buffer.concat([Buffer.from("\x7fELF"), Buffer.alloc(200)]),
    { name: "a.jpg", type: "image/jpeg" },
    "unsupported_media_type",
  ],
  [
    "a moving GIF",
    Buffer.concat([Buffer.from("GIF89a"), Buffer.alloc(50)]),
    { name: "a.gif", type: "image/gif" },
    "unsupported_media_type",
  ],
  ["bytes that say nothing", Buffer.from([0, 1, 2, 3, 4, 5]), { name: "a.txt", type: "text/plain" }, "unsupported_media_type"],
  ["an empty file", Buffer.alloc(0), {}, "validation_failed"],
  ["a picture of 5 MB and a byte", Buffer.concat([PNG, Buffer.alloc(5 * MB + 1 - PNG.length)]), {}, "payload_too_large"],
  [
    "a still sticker of 100 KB and a byte",
    Buffer.concat([Buffer.from("RIFF\0\0\0\0WEBPVP8 "), Buffer.alloc(100 * 1024 - 15)]),
    {},
    "payload_too_large",
  ],
  ["a file for another organization's number", PNG, { integrationId: "int_of_somebody_else" }, "not_found"],
])("refuses %s and keeps nothing of it", async (_, bytes, given, error) => {
  expect((await upload(bytes, given)).json).toMatchObject({ error });
  expect(await kept()).toEqual([]);
});

it("takes what Meta takes at its very limit", async () => {
  const picture = Buffer.concat([PNG, Buffer.alloc(5 * MB - PNG.length)]);
  expect((await upload(picture)).json).toMatchObject({ bytes: 5 * MB, type: "image" });
  const text = Buffer.from("Merhaba, bu bir metindir. ğüşıöç\n");
  expect((await upload(text, { name: "a.bin", type: "application/octet-stream" })).json).toMatchObject({
    mimeType: "text/plain",
  });
});

it("keeps nothing of an upload that is cut off, is no form, or has no file", async () => {
  const whole = new Request("http://x", { method: "POST", body: formOf(PNG) });
  const headers = { "content-type": whole.headers.get("content-type") ?? "" };
  const bytes = Buffer.from(await whole.arrayBuffer());
  expect((await post(bytes.subarray(0, bytes.length - 100), headers)).json).toMatchObject({ error: "validation_failed" });
  expect((await post(Buffer.from("nothing"), headers)).json).toMatchObject({ error: "validation_failed" });
  expect((await post("{}", { "content-type": "application/json" })).json).toMatchObject({ error: "unsupported_media_type" });
  expect((await post("x", { "content-type": "multipart/form-data" })).json).toMatchObject({ error: "validation_failed" });
  const empty = new FormData();
  empty.append("integrationId", org.integration.id);
  expect((await post(empty)).json).toMatchObject({ error: "validation_failed" });
  expect(await kept()).toEqual([]);
});

it("keeps nothing that Meta does not take", async () => {
  await updateSandboxSettings(org.ctx, org.integration.id, { tokenExpired: true });
  expect((await upload(PNG)).json).toMatchObject({ error: "graph_error", details: { code: 190 } });
  expect(await kept()).toEqual([]);
});

it("lets go of what was being received when a process died, and of nothing else", async () => {
  await upload(PNG);
  const [whole] = await kept();
  if (!whole) throw new Error("The file is missing.");
  const dead = { ...whole, id: "med_dead", isWhole: false, integrationId: null };
  await db.insert(mediaFiles).values(dead);
  await forgetUnfinished(db, new Date());
  expect(await kept()).toHaveLength(2);
  await forgetUnfinished(db, new Date(Date.now() + 2 * 60 * 60 * 1000));
  expect((await kept()).map(({ id }) => id)).toEqual([whole.id]);
});

it("refuses beyond the organization's room", async () => {
  process.env.QUOTAS = "media_megabytes=1";
  resetEnv();
  try {
    const pdf = (size: number) => Buffer.concat([Buffer.from("%PDF-1.7\n"), Buffer.alloc(size, "x")]);
    const given = { name: "a.pdf", type: "application/pdf" };
    expect((await upload(pdf(MB - 10_000), given)).status).toBe(201);
    expect((await upload(pdf(2 * MB), given)).json).toMatchObject({ error: "quota_exceeded" });
    expect(await kept()).toHaveLength(1);
  } finally {
    delete process.env.QUOTAS;
    resetEnv();
  }
});
