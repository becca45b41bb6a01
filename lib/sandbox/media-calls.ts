import { createHash, randomBytes } from "node:crypto";
import { BrokenForm, readForm } from "@/lib/http/multipart";
import { MEDIA_TYPES } from "@/lib/whatsapp/media-types";
import { ok, refuse, type SandboxAnswer } from "./answers";
import { refusal } from "./meta-error";
import type { Media, SandboxAccount, SandboxStore } from "./store";

/** What is longer is known by its size and sum alone, so that the stand-in's memory does not grow with what it is sent. */
export const KEPT_BYTES = 16 * 1024 * 1024;

type Body = string | Uint8Array | AsyncIterable<Uint8Array>;
type Upload = { headers: Record<string, string | undefined>; body?: Body };

type TakenForm = {
  fields: ReadonlyMap<string, string>;
  file?: Pick<Media, "mimeType" | "sha256" | "size" | "bytes" | "filename">;
};

/** The form of an upload; undefined for what is no whole form. */
export async function readUpload({ headers, body }: Upload): Promise<TakenForm | undefined> {
  const type = headers["content-type"] ?? "";
  if (body === undefined || !type.startsWith("multipart/form-data")) return undefined;
  const form = await readForm(type, iterableOf(body), async ({ mimeType, filename, content }) => {
    const hash = createHash("sha256");
    const kept: Uint8Array[] = [];
    let size = 0;
    for await (const piece of content) {
      hash.update(piece);
      size += piece.byteLength;
      if (size <= KEPT_BYTES) kept.push(Uint8Array.from(piece));
      else kept.length = 0;
    }
    return {
      mimeType: mimeType.split(";")[0]?.trim() ?? "",
      filename: filename ?? null,
      size,
      sha256: hash.digest("base64"),
      bytes: new Uint8Array(Buffer.concat(kept)),
    };
  }).catch((error: unknown) => {
    if (error instanceof BrokenForm) return undefined;
    throw error;
  });
  return form && { fields: form.fields, ...(form.file && { file: form.file }) };
}

export function newMediaId(): string {
  return String(randomBytes(6).readUIntBE(0, 6) + 1_000_000_000_000_000);
}

/** `POST /{PNID}/media` */
export async function takeUpload(
  store: Pick<SandboxStore, "saveMedia">,
  account: SandboxAccount,
  upload: Upload,
  nowMs: number,
): Promise<SandboxAnswer> {
  const form = await readUpload(upload);
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
  const id = newMediaId();
  await store.saveMedia(account, { ...file, id, mimeType, createdAt: nowMs, incoming: false });
  return ok({ id });
}

async function* iterableOf(body: Body): AsyncGenerator<Uint8Array> {
  if (typeof body === "string") yield Buffer.from(body);
  else if (body instanceof Uint8Array) yield body;
  else yield* body;
}
