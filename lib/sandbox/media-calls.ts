import { createHash, randomBytes } from "node:crypto";
import { BrokenForm, readForm } from "@/lib/http/multipart";
import { MEDIA_TYPES } from "@/lib/whatsapp/media-types";
import { ok, refuse, type SandboxAnswer } from "./answers";
import { refusal } from "./meta-error";
import type { SandboxAccount, SandboxStore } from "./store";

/** What is longer is known by its size and sum alone, so that the stand-in's memory does not grow with what it is sent. */
const KEPT_BYTES = 16 * 1024 * 1024;

type Body = string | Uint8Array | AsyncIterable<Uint8Array>;
type Upload = { headers: Record<string, string | undefined>; body?: Body };

/** `POST /{PNID}/media` */
export async function takeUpload(
  store: Pick<SandboxStore, "saveMedia">,
  account: SandboxAccount,
  { headers, body }: Upload,
  nowMs: number,
): Promise<SandboxAnswer> {
  const type = headers["content-type"] ?? "";
  if (body === undefined || !type.startsWith("multipart/form-data"))
    return refuse(refusal(100, "The request must be multipart/form-data."));
  const form = await readForm(type, iterableOf(body), async ({ mimeType, content }) => {
    const hash = createHash("sha256");
    const kept: Uint8Array[] = [];
    let size = 0;
    for await (const piece of content) {
      hash.update(piece);
      size += piece.byteLength;
      if (size <= KEPT_BYTES) kept.push(Uint8Array.from(piece));
    }
    return {
      mimeType,
      size,
      sha256: hash.digest("base64"),
      bytes: new Uint8Array(size <= KEPT_BYTES ? Buffer.concat(kept) : []),
    };
  }).catch((error: unknown) => {
    if (error instanceof BrokenForm) return undefined;
    throw error;
  });
  if (!form) return refuse(refusal(100, "The request must be multipart/form-data."));
  const { fields, file } = form;
  if (fields.get("messaging_product") !== "whatsapp") return refuse(refusal(100, "The parameter messaging_product is required."));
  if (!file) return refuse(refusal(100, "The parameter file is required."));
  const mimeType = (fields.get("type") || file.mimeType).split(";")[0]?.trim() ?? "";
  const limit = MEDIA_TYPES[mimeType]?.limit;
  if (limit === undefined) {
    const known = Object.keys(MEDIA_TYPES).join(", ");
    return refuse(
      refusal(100, `Param file must be a file with one of the following types: ${known}. Received file of type '${mimeType}'.`),
    );
  }
  if (file.size === 0 || file.size > limit)
    return refuse(refusal(131053, `The file has ${file.size} bytes; the limit for ${mimeType} is ${limit}.`));
  const id = String(randomBytes(6).readUIntBE(0, 6) + 1_000_000_000_000_000);
  const { size, sha256, bytes } = file;
  await store.saveMedia(account, { id, mimeType, sha256, size, bytes, createdAt: nowMs });
  return ok({ id });
}

async function* iterableOf(body: Body): AsyncGenerator<Uint8Array> {
  if (typeof body === "string") yield Buffer.from(body);
  else if (body instanceof Uint8Array) yield body;
  else yield* body;
}
