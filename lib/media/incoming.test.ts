import { createHash } from "node:crypto";
import { writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { and, eq } from "drizzle-orm";
import { beforeAll, beforeEach, describe, expect, it } from "vitest";
import { GET as readContent } from "@/app/api/v1/media/[id]/content/route";
import { POST as fetchAgain } from "@/app/api/v1/media/[id]/fetch/route";
import { DELETE as removeFile } from "@/app/api/v1/media/[id]/route";
import { GET as readThumbnail } from "@/app/api/v1/media/[id]/thumbnail/route";
import { POST as upload } from "@/app/api/v1/media/route";
import { POST as uploadFromPhone } from "@/app/api/v1/sandbox/[integrationId]/files/route";
import type { Db } from "@/db/client";
import { mediaChunks, mediaFiles } from "@/db/schema/media";
import { messages } from "@/db/schema/messages";
import { sandboxMedia } from "@/db/schema/sandbox";
import { useTestDatabase } from "@/db/testing";
import { makeOrganization } from "@/db/testing-data";
import { eraseContact } from "@/lib/contacts/erase";
import { openDatabase } from "@/lib/ctx";
import { resetEnv } from "@/lib/env";
import { getMessage } from "@/lib/messages/messages";
import { makeSender, type Sender } from "@/lib/messages/testing";
import { newWamid } from "@/lib/sandbox/bodies";
import { updateSandboxSettings } from "@/lib/sandbox/phone";
import { bodyOf, deliver, entryOf, processAll } from "@/lib/webhooks/testing";
import { fetchDueMedia } from "./fetch";
import { CHUNK_BYTES } from "./store";

useTestDatabase();

const FROM = "905551234567";
const PNG = Buffer.from(
  "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==",
  "base64",
);
const signal = new AbortController().signal;

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

const ask = (path: string, init: RequestInit = {}, token = org.token) =>
  new Request(`http://localhost:3000${path}`, { ...init, headers: { authorization: `Bearer ${token}`, ...init.headers } });
const at = <T extends Record<string, string>>(params: T) => ({ params: Promise.resolve(params) });

/** What the customer's phone gives to Meta. */
async function atMeta(bytes: Uint8Array, type = "image/png", name = "a.png"): Promise<string> {
  const form = new FormData();
  form.append("file", new Blob([Uint8Array.from(bytes)], { type }), name);
  const request = ask("/api/v1/sandbox/x/files", { method: "POST", body: form });
  const response = await uploadFromPhone(request, at({ integrationId: org.integration.id }));
  return ((await response.json()) as { id: string }).id;
}

type Told = { kind?: string; file?: object; wamid?: string; minutesAgo?: number };

/** The webhook of a message with this file; answers the message's wamid. */
async function told(
  mediaId: string,
  { kind = "image", file = {}, wamid = newWamid(), minutesAgo = 0 }: Told = {},
): Promise<string> {
  const timestamp = String(Math.floor(Date.now() / 1000) - minutesAgo * 60);
  const message = { from: FROM, id: wamid, timestamp, type: kind, [kind]: { id: mediaId, mime_type: "image/png", ...file } };
  await deliver(
    bodyOf(entryOf(org.integration, { messages: [message], contacts: [{ wa_id: FROM, profile: { name: "Ayşe" } }] })),
    org.integration.appSecret,
  );
  await processAll(db);
  return wamid;
}

async function only(): Promise<typeof mediaFiles.$inferSelect> {
  const rows = await db
    .select()
    .from(mediaFiles)
    .where(and(eq(mediaFiles.organizationId, org.organizationId), eq(mediaFiles.direction, "in")));
  const [row] = rows;
  if (!row || rows.length > 1) throw new Error(`There are ${rows.length} files.`);
  return row;
}

const run = () => fetchDueMedia(db, { signal });
const content = async (id: string, headers: Record<string, string> = {}, token = org.token) =>
  readContent(ask(`/api/v1/media/${id}/content`, { headers }, token), at({ id }));
const message = async () => {
  const { messageId } = await only();
  return getMessage(org.ctx, messageId ?? "");
};

it("fetches a picture that came, keeps it sealed, and hands it out with its thumbnail to whoever may read", async () => {
  await told(await atMeta(PNG), { file: { caption: "Bak!", url: "https://lookaside.fbsbx.com/secret" } });
  expect((await message()).file).toMatchObject({ state: "waiting" });
  expect(await run()).toEqual({ fetched: 1, nextDueAt: null });
  const shown = await message();
  expect(shown.file).toMatchObject({ state: "ready", mimeType: "image/png", bytes: PNG.length, width: 1, height: 1 });
  expect(shown.content).toMatchObject({ type: "media", kind: "image", caption: "Bak!", fileId: shown.file?.id });
  expect(JSON.stringify(shown)).not.toContain("fbsbx");
  const { id, sha256 } = await only();
  expect(sha256).toBe(createHash("sha256").update(PNG).digest("hex"));
  const response = await content(id);
  expect(Buffer.from(await response.arrayBuffer()).equals(PNG)).toBe(true);
  expect(Object.fromEntries(response.headers)).toMatchObject({
    "content-type": "image/png",
    "content-disposition": expect.stringContaining("inline"),
    "content-security-policy": "default-src 'none'; sandbox",
    "x-content-type-options": "nosniff",
    "cache-control": "private, no-cache",
  });
  const thumbnail = await readThumbnail(ask(`/api/v1/media/${id}/thumbnail`), at({ id }));
  expect(Buffer.from(await thumbnail.arrayBuffer()).toString("latin1", 8, 12)).toBe("WEBP");
  const chunks = await db.select().from(mediaChunks).where(eq(mediaChunks.fileId, id));
  expect(chunks.some((chunk) => chunk.content.includes(PNG.subarray(0, 16)))).toBe(false);
  const stranger = await makeOrganization(db);
  expect((await content(id, {}, stranger.token)).status).toBe(404);
  expect((await content(id, {}, await org.tokenFor(["contacts:read"]))).status).toBe(403);
  expect((await content(id, {}, "")).status).toBe(401);
});

it("is deleted with its bytes and thumbnail by whoever may write, and by nobody else", async () => {
  await told(await atMeta(PNG));
  await run();
  const { id } = await only();
  const remove = (token?: string) => removeFile(ask(`/api/v1/media/${id}`, { method: "DELETE" }, token), at({ id }));
  expect((await remove((await makeOrganization(db)).token)).status).toBe(404);
  expect((await remove(await org.tokenFor(["messages:read"]))).status).toBe(403);
  const { messageId } = await only();
  expect((await remove()).status).toBe(204);
  expect(await db.select().from(mediaChunks).where(eq(mediaChunks.fileId, id))).toEqual([]);
  expect((await getMessage(org.ctx, messageId ?? "")).file).toMatchObject({ id, state: "removed" });
  expect((await remove()).status).toBe(404);
});

it("answers any range of a film, and says when there is none", async () => {
  const film = Buffer.concat([
    Buffer.from("\0\0\0\x18ftypmp42\0\0\0\0mp42isom"),
    Buffer.alloc(2 * CHUNK_BYTES + 99, "0123456789"),
  ]);
  await told(await atMeta(film, "video/mp4", "a.mp4"), { kind: "video" });
  await run();
  const { id, sha256 } = await only();
  const last = film.length - 1;
  const ranges: [string, number, number][] = [
    ["bytes=0-", 0, last],
    ["bytes=0-1", 0, 1],
    [`bytes=${CHUNK_BYTES - 1}-${CHUNK_BYTES}`, CHUNK_BYTES - 1, CHUNK_BYTES],
    ["bytes=-7", film.length - 7, last],
    [`bytes=5-${film.length + 1_000}`, 5, last],
    ["bytes=-99999999999", 0, last],
  ];
  for (const [range, start, end] of ranges) {
    const response = await content(id, { range });
    expect([range, response.status, response.headers.get("content-range"), response.headers.get("content-length")]).toEqual([
      range,
      206,
      `bytes ${start}-${end}/${film.length}`,
      String(end - start + 1),
    ]);
    expect(Buffer.from(await response.arrayBuffer()).equals(film.subarray(start, end + 1)), range).toBe(true);
  }
  for (const range of [`bytes=${film.length}-`, "bytes=-0"]) {
    const response = await content(id, { range });
    expect([response.status, response.headers.get("content-range")]).toEqual([416, `bytes */${film.length}`]);
  }
  for (const range of ["bytes=9-3", "bytes=a-b", "bytes=-", "lines=1-2", "bytes=0-1,4-5"]) {
    const response = await content(id, { range });
    expect([range, response.status]).toEqual([range, 200]);
    await response.body?.cancel();
  }
  expect((await content(id, { "if-none-match": `"${sha256}"` })).status).toBe(304);
  expect((await content(id, { range: "bytes=0-1", "if-range": '"another"' })).status).toBe(200);
});

it.each<[string, Buffer, string]>([
  ["a page", Buffer.from("<!doctype html><script>alert(1)</script>"), "text/html"],
  ["a drawing with a script", Buffer.from("<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>"), "image/svg+xml"],
  ["a page that calls itself a picture", Buffer.from("<html><script>alert(1)</script></html>"), "image/png"],
  ["a program", Buffer.concat([Buffer.from("MZ"), Buffer.alloc(200)]), "image/jpeg"],
])("lets nobody open %s that a customer sent: it is saved, as bytes", async (_, bytes, type) => {
  await told(await atMeta(bytes, type, 'a".html\r\nx: y'), {
    kind: "document",
    file: { filename: 'a".html\r\nx: y', mime_type: type },
  });
  await run();
  const response = await content((await only()).id);
  expect(response.status).toBe(200);
  expect(response.headers.get("content-type")).toBe("application/octet-stream");
  expect(response.headers.get("content-disposition")).toMatch(/^attachment; filename="[\w.\- ]+"; filename\*=UTF-8''[\w.%-]+$/);
});

describe("a file that does not come", () => {
  const dueNow = () =>
    db.update(mediaFiles).set({ fetchDueAt: new Date() }).where(eq(mediaFiles.organizationId, org.organizationId));

  it("has vanished at Meta, says so, and comes when it is asked for again and is there", async () => {
    await updateSandboxSettings(org.ctx, org.integration.id, { mediaGone: true });
    await told(await atMeta(PNG));
    await run();
    const { file } = await message();
    expect(file).toMatchObject({ state: "failed", failure: "vanished" });
    const id = file?.id ?? "";
    expect((await content(id)).status).toBe(409);
    await updateSandboxSettings(org.ctx, org.integration.id, { mediaGone: false });
    const again = () => fetchAgain(ask(`/api/v1/media/${id}/fetch`, { method: "POST" }), at({ id }));
    expect(await (await again()).json()).toMatchObject({ state: "waiting", failure: null });
    await run();
    expect((await message()).file).toMatchObject({ state: "ready" });
    expect((await again()).status).toBe(409);
  });

  it("has expired, when it came more than seven days ago", async () => {
    await told("1234567890", { minutesAgo: 8 * 24 * 60 });
    await run();
    expect((await message()).file).toMatchObject({ state: "failed", failure: "expired" });
  });

  it("is tried again later while Meta refuses us, and found when it no longer does", async () => {
    await updateSandboxSettings(org.ctx, org.integration.id, { tokenExpired: true });
    await told(await atMeta(PNG));
    const { nextDueAt } = await run();
    expect(nextDueAt?.getTime()).toBeGreaterThan(Date.now());
    expect((await message()).file).toMatchObject({ state: "waiting" });
    await updateSandboxSettings(org.ctx, org.integration.id, { tokenExpired: false });
    await dueNow();
    await run();
    expect((await message()).file).toMatchObject({ state: "ready" });
  });

  it("is given up, with the reason, after the last attempt", async () => {
    await updateSandboxSettings(org.ctx, org.integration.id, { tokenExpired: true });
    await told(await atMeta(PNG));
    for (let attempt = 0; attempt < 40 && (await only()).failure === null; attempt++) {
      await dueNow();
      await run();
    }
    expect(await only()).toMatchObject({ failure: "refused", fetchDueAt: null });
  });

  it("is not what Meta says it is: after three attempts nothing of it is kept", async () => {
    const mediaId = await atMeta(PNG);
    const sha256 = createHash("sha256").update("another").digest("base64");
    await db.update(sandboxMedia).set({ sha256 }).where(eq(sandboxMedia.id, mediaId));
    await told(mediaId);
    for (let attempt = 0; attempt < 3; attempt++) {
      await dueNow();
      await run();
    }
    const { id } = await only();
    expect((await message()).file).toMatchObject({ state: "failed", failure: "wrong_hash" });
    expect(await db.select().from(mediaChunks).where(eq(mediaChunks.fileId, id))).toEqual([]);
  });

  it("is larger than any file of Meta's", async () => {
    const mediaId = await atMeta(PNG);
    await db
      .update(sandboxMedia)
      .set({ size: 100 * 1024 * 1024 + 1 })
      .where(eq(sandboxMedia.id, mediaId));
    await told(mediaId);
    await run();
    expect((await message()).file).toMatchObject({ state: "failed", failure: "too_large" });
  });

  it("has no room left in the organization", async () => {
    process.env.QUOTAS = "media_megabytes=0";
    resetEnv();
    try {
      await told(await atMeta(PNG));
      await run();
      expect((await message()).file).toMatchObject({ state: "failed", failure: "no_room" });
    } finally {
      delete process.env.QUOTAS;
      resetEnv();
    }
  });

  it("never takes the token to an address that is not Meta's", async () => {
    const { downloadMedia } = await import("@/lib/whatsapp/graph-media");
    const asked: string[] = [];
    const access = {
      baseUrl: "https://graph.facebook.com",
      version: "v25.0",
      accessToken: "secret",
      download: async ({ url }: { url: string }) => {
        asked.push(url);
        return { status: 404, headers: {}, body: (async function* () {})() };
      },
    };
    const go = (url: string) => downloadMedia(access, { url, bytes: null, sha256: null }, signal);
    for (const url of [
      "http://lookaside.fbsbx.com/x",
      "https://fbsbx.com.evil.example/x",
      "https://evilfbsbx.com/x",
      "https://lookaside.fbsbx.com:8443/x",
      "http://169.254.169.254/latest",
      "https://user@evil.example/fbsbx.com",
      "file:///etc/passwd",
      "nonsense",
    ])
      await expect(go(url), url).rejects.toThrow("not one of Meta's");
    expect(await go("https://lookaside.fbsbx.com/whatsapp_business/attachments/?mid=1")).toBeNull();
    expect(asked).toHaveLength(1);
  });
});

describe("a file goes", () => {
  it("with its person", async () => {
    await told(await atMeta(PNG));
    await run();
    const [row] = await db.select().from(messages).where(eq(messages.organizationId, org.organizationId));
    await eraseContact(org.ctx, row?.contactId ?? "");
    expect(await db.select().from(mediaFiles).where(eq(mediaFiles.organizationId, org.organizationId))).toEqual([]);
  });

  it.each([["after it was fetched"], ["before the message came"]])("with the message that was taken back, %s", async (when) => {
    const wamid = newWamid();
    const revoke = {
      type: "revoke",
      from: FROM,
      id: newWamid(),
      timestamp: String(Math.floor(Date.now() / 1000)),
      revoke: { original_message_id: wamid },
    };
    const takeBack = async () => {
      await deliver(
        bodyOf(entryOf(org.integration, { messages: [revoke], contacts: [{ wa_id: FROM, profile: { name: "Ayşe" } }] })),
        org.integration.appSecret,
      );
      await processAll(db);
    };
    if (when.startsWith("before")) await takeBack();
    await told(await atMeta(PNG), { wamid, minutesAgo: 1 });
    await run();
    if (when.startsWith("after")) await takeBack();
    expect(await db.select().from(mediaFiles).where(eq(mediaFiles.organizationId, org.organizationId))).toEqual([]);
  });
});

describe("the virus scanner", () => {
  const scanner = join(tmpdir(), `scanner-${process.pid}.sh`);
  const withCommand = async (command: string, work: () => Promise<void>) => {
    process.env.MEDIA_SCAN_COMMAND = command;
    resetEnv();
    try {
      await work();
    } finally {
      delete process.env.MEDIA_SCAN_COMMAND;
      resetEnv();
    }
  };
  beforeAll(() => {
    const script = 'if grep -q EICAR; then echo "stream: Eicar-Test-Signature FOUND"; exit 1; fi';
    writeFileSync(scanner, `#!/bin/sh\n${script}\n`, { mode: 0o700 });
  });

  it("puts what it finds in quarantine, where nobody opens it or fetches it again", async () => {
    await withCommand(scanner, async () => {
      await told(await atMeta(Buffer.from("EICAR test"), "text/plain", "a.txt"), { kind: "document" });
      await run();
      const { file } = await message();
      expect(file).toMatchObject({ state: "quarantined", failure: "infected", verdict: "Eicar-Test-Signature FOUND" });
      const id = file?.id ?? "";
      expect((await content(id)).status).toBe(409);
      expect((await fetchAgain(ask(`/api/v1/media/${id}/fetch`, { method: "POST" }), at({ id }))).status).toBe(409);
      const form = new FormData();
      form.append("file", new Blob(["EICAR test"]), "a.txt");
      const refused = await upload(ask("/api/v1/media", { method: "POST", body: form }), at({}));
      expect(await refused.json()).toMatchObject({
        error: "unsupported_media_type",
        details: { verdict: "Eicar-Test-Signature FOUND" },
      });
    });
  });

  it("lets clean files through, also those it need not read to the end", async () => {
    await withCommand(scanner, async () => {
      await told(await atMeta(PNG));
      await run();
      expect((await message()).file).toMatchObject({ state: "ready" });
    });
    await withCommand("/bin/true", async () => {
      const form = new FormData();
      form.append("file", new Blob([Buffer.concat([Buffer.from("%PDF-1.7\n"), Buffer.alloc(3 * CHUNK_BYTES)])]), "a.pdf");
      expect((await upload(ask("/api/v1/media", { method: "POST", body: form }), at({}))).status).toBe(201);
    });
  });

  it.each(["/nowhere/scanner", "/bin/sh -c 'exit"])("holds files back while it does not work: %s", async (command) => {
    await withCommand(command, async () => {
      await told(await atMeta(PNG));
      const { nextDueAt } = await run();
      expect(nextDueAt).not.toBeNull();
      expect((await message()).file).toMatchObject({ state: "waiting" });
      expect((await content((await only()).id)).status).toBe(409);
    });
  });
});
