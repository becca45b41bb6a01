import "server-only";
import { AppError } from "@/lib/errors";

export const BODY_LIMIT_BYTES = 1_000_000;
/** What a stranger has to say (a password, a name, a token) is short. */
export const STRANGERS_LIMIT_BYTES = 16_000;
/** Bodies of callers who have proven nothing may fill this much of the process's memory, all together. */
const STRANGERS_SHARE_BYTES = 100_000_000;
const BUSY_RETRY_SECONDS = 5;

let strangersBytes = 0;

/** Reads a body up to `limit` bytes; one byte more is `payload_too_large`, and no more of it is read. */
export async function readBody(request: Request, limit: number, hold?: (bytes: number) => void): Promise<Uint8Array> {
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
    try {
      if (size > limit) throw tooLarge();
      hold?.(value.byteLength);
    } catch (error) {
      await reader.cancel();
      throw error;
    }
    chunks.push(value);
  }
  return chunks.length === 1 && chunks[0] ? chunks[0] : Buffer.concat(chunks);
}

/**
 * Reads the body of somebody who has proven nothing yet and works on it. Such bodies share one allowance of memory, from their first
 * byte until the work is done; when it is used up, further ones are `not_ready`.
 */
export async function withStrangersBody<T>(request: Request, limit: number, work: (bytes: Uint8Array) => Promise<T>): Promise<T> {
  let held = 0;
  const hold = (bytes: number) => {
    if (strangersBytes + bytes > STRANGERS_SHARE_BYTES)
      throw new AppError("not_ready", "Too much is being sent to this server at once", { retryAfterSeconds: BUSY_RETRY_SECONDS });
    strangersBytes += bytes;
    held += bytes;
  };
  try {
    return await work(await readBody(request, limit, hold));
  } finally {
    strangersBytes -= held;
  }
}

/** The body as JSON; undefined when there is none. */
export async function readJson(request: Request): Promise<unknown> {
  return parseJson(request, await readBody(request, BODY_LIMIT_BYTES));
}

/** The same for callers who have proven nothing. */
export async function readStrangersJson(request: Request): Promise<unknown> {
  return withStrangersBody(request, STRANGERS_LIMIT_BYTES, async (bytes) => parseJson(request, bytes));
}

function parseJson(request: Request, bytes: Uint8Array): unknown {
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
