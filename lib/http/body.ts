import "server-only";
import { AppError } from "@/lib/errors";
import { networkOf } from "@/lib/network";

export const BODY_LIMIT_BYTES = 1_000_000;
/** What a stranger has to say (a password, a name, a token) is short. */
export const STRANGERS_LIMIT_BYTES = 16_000;
/**
 * Bodies of callers who have proven nothing may fill this much of the process's memory, all together and from one network. Short ones
 * have room of their own, so that nobody who sends long ones keeps people from signing in.
 */
const STRANGERS_ROOM = {
  short: { ofAll: 20_000_000, ofOne: 2_000_000 },
  long: { ofAll: 100_000_000, ofOne: 32_000_000 },
};
const STRANGERS_WITHIN_MS = 10_000;
const BUSY_RETRY_SECONDS = 5;
/** Nothing that we are told is nested deeper than a dozen levels. */
const DEEPEST = 64;

type Room = keyof typeof STRANGERS_ROOM;
/** Bytes by room, and by room and network. */
const strangersBytes = new Map<string, number>();

type Reading = { hold: (bytes: number) => void; withinMs: number };

/**
 * Reads a body up to `limit` bytes; one byte more is `payload_too_large`, and no more of it is read. `reading` is told of every piece
 * as it comes, and ends what takes longer.
 */
export async function readBody(request: Request, limit: number, reading?: Reading): Promise<Uint8Array> {
  const tooLarge = () =>
    new AppError("payload_too_large", `The request body is too large: at most ${limit.toLocaleString("en")} bytes`);
  if (Number(request.headers.get("content-length") ?? 0) > limit) throw tooLarge();
  if (!request.body) return new Uint8Array();
  const chunks: Uint8Array[] = [];
  let size = 0;
  const reader = request.body.getReader();
  let isLate = false;
  const tooLate = () => {
    isLate = true;
    void reader.cancel().catch(() => undefined);
  };
  const deadline = reading && setTimeout(tooLate, reading.withinMs);
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (done) break;
      size += value.byteLength;
      if (size > limit) throw tooLarge();
      reading?.hold(value.byteLength);
      chunks.push(value);
    }
  } catch (error) {
    await reader.cancel().catch(() => undefined);
    throw error;
  } finally {
    clearTimeout(deadline);
  }
  if (isLate) throw new AppError("validation_failed", "The request body took too long to arrive");
  return chunks.length === 1 && chunks[0] ? chunks[0] : Buffer.concat(chunks);
}

/**
 * Reads the body of somebody who has proven nothing yet and works on it. Such bodies share an allowance of memory, from their first
 * byte until the work is done; when all or their network has used it up, further ones are `not_ready`.
 */
export async function withStrangersBody<T>(request: Request, limit: number, work: (bytes: Uint8Array) => Promise<T>): Promise<T> {
  const room: Room = limit <= STRANGERS_LIMIT_BYTES ? "short" : "long";
  const { ofAll, ofOne } = STRANGERS_ROOM[room];
  const network = `${room} ${networkOf(request.headers.get("x-real-ip") ?? "")}`;
  let held = 0;
  const take = (bytes: number) => {
    for (const key of [room, network]) {
      const taken = (strangersBytes.get(key) ?? 0) + bytes;
      if (taken > 0) strangersBytes.set(key, taken);
      else strangersBytes.delete(key);
    }
    held += bytes;
  };
  const hold = (bytes: number) => {
    if ((strangersBytes.get(room) ?? 0) + bytes > ofAll || (strangersBytes.get(network) ?? 0) + bytes > ofOne)
      throw new AppError("not_ready", "Too much is being sent to this server at once", { retryAfterSeconds: BUSY_RETRY_SECONDS });
    take(bytes);
  };
  try {
    return await work(await readBody(request, limit, { hold, withinMs: STRANGERS_WITHIN_MS }));
  } finally {
    take(-held);
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
    return requireShallow(SUSPECT.test(text) ? JSON.parse(text, requireText) : JSON.parse(text));
  } catch (error) {
    if (error instanceof AppError) throw error;
    throw new AppError("validation_failed", "The request body is not valid JSON");
  }
}

function requireShallow<T>(value: T, depth = 0): T {
  if (typeof value !== "object" || value === null) return value;
  if (depth >= DEEPEST) throw new AppError("validation_failed", `The request body is nested more than ${DEEPEST} levels deep`);
  for (const inner of Object.values(value)) requireShallow(inner, depth + 1);
  return value;
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
