import "server-only";
import { randomBytes } from "node:crypto";
import { buildRequest, type GraphAccess, pathId, readAnswer, sharedGraphTransport } from "@/lib/whatsapp/graph-call";
import { transportFailure } from "@/lib/whatsapp/graph-error";
import { UploadedMedia } from "@/lib/whatsapp/graph-shapes";

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
