import "server-only";
import { randomBytes } from "node:crypto";
import { httpDownload } from "@/lib/whatsapp/download";
import { buildRequest, call, type GraphAccess, pathId, readAnswer, sharedGraphTransport } from "@/lib/whatsapp/graph-call";
import { GraphError, NO_ANSWER, transportFailure, withoutGraph } from "@/lib/whatsapp/graph-error";
import { MediaNode, UploadedMedia } from "@/lib/whatsapp/graph-shapes";

export type MediaSource = { bytes: number; mimeType: string; filename: string; content: AsyncIterable<Uint8Array> };

/** 100 MB at 2 MB a second, and as much again. */
const UPLOAD_WITHIN_MS = 120_000;

/** Gives a file to Meta, streamed. Answers its id, which lives 30 days. Throws `GraphError`. */
export async function uploadMedia(access: GraphAccess, phoneNumberId: string, source: MediaSource): Promise<string> {
  const boundary = `----${randomBytes(16).toString("hex")}`;
  const field = (name: string, value: string) =>
    `--${boundary}\r\ncontent-disposition: form-data; name="${name}"\r\n\r\n${value}\r\n`;
  const head = Buffer.from(
    `${field("messaging_product", "whatsapp")}${field("type", source.mimeType)}--${boundary}\r\n` +
      `content-disposition: form-data; name="file"; filename="${source.filename}"\r\ncontent-type: ${source.mimeType}\r\n\r\n`,
  );
  const tail = Buffer.from(`\r\n--${boundary}--\r\n`);
  async function* body(): AsyncGenerator<Uint8Array> {
    yield head;
    yield* source.content;
    yield tail;
  }
  const request = buildRequest(access, { method: "POST", path: `${pathId(phoneNumberId)}/media` });
  const send = access.transport ?? sharedGraphTransport();
  const response = await send({
    ...request,
    headers: {
      ...request.headers,
      "content-type": `multipart/form-data; boundary=${boundary}`,
      "content-length": String(head.length + source.bytes + tail.length),
    },
    body: body(),
    timeoutMs: UPLOAD_WITHIN_MS,
  }).catch((error: unknown) => {
    throw transportFailure(error);
  });
  return readAnswer(access, response).parse(UploadedMedia).data.id;
}

/** Where a file lies for five minutes, and what Meta says of it. */
export type MediaPlace = { url: string; bytes: number | null; sha256: string | null };

/** Asks Meta for a new address of a file. Throws `GraphError`; `isUnknownMedia` says whether Meta does not have it any more. */
export async function placeOfMedia(access: GraphAccess, mediaId: string, signal: AbortSignal): Promise<MediaPlace> {
  const answer = await call(access, { method: "GET", path: pathId(mediaId), signal });
  const { url, file_size: bytes, sha256 } = answer.parse(MediaNode).data;
  return { url, bytes: bytes ?? null, sha256: sha256 === undefined ? null : inHex(sha256) };
}

/** Meta writes sums in hexadecimal digits here and in base64 there. */
function inHex(sum: string): string {
  return /^[\da-f]{64}$/i.test(sum) ? sum.toLowerCase() : Buffer.from(sum, "base64").toString("hex");
}

export function isUnknownMedia(error: unknown): boolean {
  return error instanceof GraphError && error.code === 100 && (error.subcode === 33 || error.httpStatus === 404);
}

/** Meta's own names for where files lie. The access token goes to these and to the integration's own address, and nowhere else. */
const META_HOSTS = /(^|\.)(fbsbx\.com|fbcdn\.net|facebook\.com|whatsapp\.net)$/;

/** Reads a file from its place; null when the address leads nowhere any more. Throws `GraphError`. */
export async function downloadMedia(
  access: GraphAccess,
  { url }: MediaPlace,
  signal: AbortSignal,
): Promise<AsyncIterable<Uint8Array> | null> {
  const address = URL.canParse(url) ? new URL(url) : null;
  const isOwn = address?.origin === access.baseUrl;
  const isMetas = address?.protocol === "https:" && address.port === "" && META_HOSTS.test(address.hostname);
  if (!address || !(isOwn || isMetas)) throw notMetas();
  const download = access.download ?? httpDownload({ mayBeInward: isOwn });
  // Meta answers calls without a name for themselves with an error.
  const headers = { authorization: `Bearer ${access.accessToken}`, "user-agent": "message-console" };
  const { status, body } = await download({ url: address.href, headers, signal }).catch((error: unknown) => {
    throw transportFailure(error);
  });
  if (status === 200) return body;
  for await (const _ of body) break;
  if (status === 404 || status === 410) return null;
  throw withoutGraph({ response: { status, headers: {}, text: "" }, json: undefined }, "Meta did not hand out the file.");
}

function notMetas(): GraphError {
  return new GraphError({
    ...NO_ANSWER,
    kind: "fix_request",
    title: "The file's address is not one of Meta's.",
    proof: "refused",
    raw: null,
  });
}
