import "server-only";
import type { Db } from "@/db/client";
import type { Ctx } from "@/lib/ctx";
import { AppError } from "@/lib/errors";
import { fileResponse } from "@/lib/http/file-response";
import { requireSandboxAccount } from "./accounts";
import { KEPT_BYTES, newMediaId, readUpload } from "./media-calls";
import { kindOfFile } from "./phone-says";
import { PostgresStore } from "./postgres-store";
import type { SandboxFile } from "./schema";
import type { Media, SandboxAccount } from "./store";

/** Takes up a file for a virtual phone to send. Of any type: a customer's phone sends what it likes. */
export async function uploadFromPhone(ctx: Ctx, integrationId: string, request: Request): Promise<SandboxFile> {
  const account = await requireSandboxAccount(ctx, integrationId);
  const { body } = request;
  const type = request.headers.get("content-type") ?? undefined;
  const form = await readUpload({ headers: { "content-type": type }, ...(body && { body }) });
  const file = form?.file;
  if (!file || file.size === 0)
    throw new AppError("validation_failed", undefined, { details: [{ path: "file", message: "Give a file in the field file" }] });
  if (file.size > KEPT_BYTES)
    throw new AppError("payload_too_large", "A virtual phone sends files of up to 16 MB", { details: { limit: KEPT_BYTES } });
  const id = newMediaId();
  const media = { ...file, id, createdAt: ctx.now.getTime(), incoming: true };
  await new PostgresStore(ctx.db, integrationId).saveMedia(account, media);
  return { id, kind: kindOfFile(file), mimeType: file.mimeType, bytes: file.size };
}

/** The bytes of a file in a virtual phone's chat, whoever sent it. */
export async function readPhoneFile(ctx: Ctx, integrationId: string, id: string, request: Request): Promise<Response> {
  const account = await requireSandboxAccount(ctx, integrationId);
  const { bytes, mimeType, sha256, filename } = await requirePhoneFile(ctx.db, account, id);
  if (bytes.length === 0) throw new AppError("not_found", "The file is larger than what the sandbox keeps");
  return fileResponse(request, {
    mimeType: /^[\w.+-]+\/[\w.+-]+$/.test(mimeType) ? mimeType : "application/octet-stream",
    bytes: bytes.length,
    etag: Buffer.from(sha256, "base64").toString("hex"),
    filename: filename ?? id,
    async *read({ start, end }) {
      yield bytes.subarray(start, end + 1);
    },
  });
}

export async function requirePhoneFile(db: Db, account: SandboxAccount, id: string): Promise<Media> {
  const media = await new PostgresStore(db, account.key).findMedia(account, id);
  if (!media) throw new AppError("not_found", "The sandbox has no file with this id");
  return media;
}
