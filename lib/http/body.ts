import "server-only";
import { AppError } from "@/lib/errors";

export const BODY_LIMIT_BYTES = 1_000_000;

/** Reads a body up to `limit` bytes; one byte more is `payload_too_large`, and no more of it is read. */
export async function readBody(request: Request, limit: number): Promise<Uint8Array> {
  const tooLarge = () =>
    new AppError("payload_too_large", `The request body is too large: at most ${limit.toLocaleString("en")} bytes`);
  if (Number(request.headers.get("content-length") ?? 0) > limit) throw tooLarge();
  if (!request.body) return new Uint8Array();
  const chunks: Uint8Array[] = [];
  let size = 0;
  const reader = request.body.getReader();
  for (;;) {
    const { done, value } = await reader.read();
    if (done) break;
    size += value.byteLength;
    if (size > limit) {
      await reader.cancel();
      throw tooLarge();
    }
    chunks.push(value);
  }
  return chunks.length === 1 && chunks[0] ? chunks[0] : Buffer.concat(chunks);
}

/** The body as JSON; undefined when there is none. */
export async function readJson(request: Request): Promise<unknown> {
  const bytes = await readBody(request, BODY_LIMIT_BYTES);
  if (bytes.byteLength === 0) return undefined;
  const type = request.headers.get("content-type") ?? "";
  if (!/^application\/([\w.+-]+\+)?json\b/i.test(type)) throw new AppError("unsupported_media_type");
  try {
    const text = new TextDecoder("utf-8", { fatal: true }).decode(bytes);
    return SUSPECT.test(text) ? JSON.parse(text, requireText) : JSON.parse(text);
  } catch (error) {
    if (error instanceof AppError) throw error;
    throw new AppError("validation_failed", "The request body is not valid JSON");
  }
}

/** Only escaped can these be in a body that is UTF-8. */
const SUSPECT = /\\u(0000|d[89a-f])/i;

/** PostgreSQL keeps no text with a NUL or half a character in it; nobody means to send one. */
export function requireText<T>(key: string, value: T): T {
  for (const text of [key, value]) {
    if (typeof text !== "string") continue;
    if (text.includes("\0")) throw new AppError("validation_failed", "A text must not contain a NUL character");
    if (/\p{Surrogate}/u.test(text)) throw new AppError("validation_failed", "A text must not contain half of a surrogate pair");
  }
  return value;
}
