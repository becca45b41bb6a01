import "server-only";

export type ByteRange = { start: number; end: number };

type ServedFile = {
  mimeType: string;
  bytes: number;
  /** Differs where the content does. */
  etag: string;
  filename: string;
  read: (range: ByteRange) => AsyncIterable<Uint8Array>;
};

/** What a browser may show beside our pages: nothing of these can run. Everything else is saved, whatever it is. */
const SHOWN = /^(image\/(jpeg|png|webp)|audio\/(aac|amr|mpeg|mp4|ogg)|video\/(mp4|3gpp))$/;

/**
 * A file that somebody else made, streamed, whole or the one range that was asked for, in a way that a browser never takes it for
 * a page of ours: its type is only what its content showed, nothing runs in it, and what is no picture, sound or film is saved.
 * It is asked for anew each time, so that who may not read it any more does not.
 */
export function fileResponse(request: Request, { mimeType, bytes, etag, filename, read }: ServedFile): Response {
  const isShown = SHOWN.test(mimeType);
  const tag = `"${etag}"`;
  const headers = new Headers({
    "content-type": mimeType === "text/plain" ? "text/plain; charset=utf-8" : mimeType,
    "content-disposition": `${isShown ? "inline" : "attachment"}; ${named(filename)}`,
    "content-security-policy": "default-src 'none'; sandbox",
    "x-content-type-options": "nosniff",
    "cross-origin-resource-policy": "same-origin",
    "cache-control": "private, no-cache",
    "accept-ranges": "bytes",
    etag: tag,
  });
  if (
    request.headers
      .get("if-none-match")
      ?.split(/\s*,\s*/)
      .includes(tag)
  )
    return new Response(null, { status: 304, headers });
  const isStale = request.headers.has("if-range") && request.headers.get("if-range") !== tag;
  const range = isStale ? null : rangeOf(request.headers.get("range"), bytes);
  if (range === "unsatisfiable") {
    headers.set("content-range", `bytes */${bytes}`);
    headers.set("content-length", "0");
    return new Response(null, { status: 416, headers });
  }
  const { start, end } = range ?? { start: 0, end: bytes - 1 };
  if (range) headers.set("content-range", `bytes ${start}-${end}/${bytes}`);
  headers.set("content-length", String(end - start + 1));
  return new Response(streamOf(read({ start, end })), { status: range ? 206 : 200, headers });
}

/** One range; several at once, and what is no range, are answered by the whole, as a server may. Source: RFC 9110, 14.2. */
function rangeOf(header: string | null, bytes: number): ByteRange | "unsatisfiable" | null {
  const [, from = "", to = ""] = /^bytes=\s*(\d{0,15})-(\d{0,15})\s*$/i.exec(header ?? "") ?? [];
  if (from === "" && to === "") return null;
  if (from === "") return Number(to) === 0 ? "unsatisfiable" : { start: Math.max(0, bytes - Number(to)), end: bytes - 1 };
  const start = Number(from);
  const end = to === "" ? bytes - 1 : Math.min(Number(to), bytes - 1);
  if (to !== "" && Number(to) < start) return null;
  return start >= bytes ? "unsatisfiable" : { start, end };
}

function streamOf(pieces: AsyncIterable<Uint8Array>): ReadableStream<Uint8Array> {
  const iterator = pieces[Symbol.asyncIterator]();
  return new ReadableStream<Uint8Array>(
    {
      async pull(stream) {
        const next = await iterator.next();
        if (next.done) stream.close();
        else stream.enqueue(next.value);
      },
      cancel: async () => void (await iterator.return?.()),
    },
    { highWaterMark: 0 },
  );
}

/** A name for old programs and one with all letters, neither of which can end the header. Source: RFC 6266. */
function named(filename: string): string {
  const plain = filename.replace(/[^\w.\- ]/g, "_");
  const escaped = encodeURIComponent(filename.replace(/\p{Surrogate}/gu, "_")).replace(
    /['()*]/g,
    (char) => `%${char.charCodeAt(0).toString(16).toUpperCase()}`,
  );
  return `filename="${plain}"; filename*=UTF-8''${escaped}`;
}
