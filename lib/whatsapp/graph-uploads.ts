import "server-only";
import { buildRequest, call, type GraphAccess, pathId, readAnswer, sharedGraphTransport } from "@/lib/whatsapp/graph-call";
import { transportFailure } from "@/lib/whatsapp/graph-error";
import type { MediaSource } from "@/lib/whatsapp/graph-media";
import { UploadedSample, UploadSession } from "@/lib/whatsapp/graph-shapes";

/** What Meta takes as the sample of a header. Source: Meta, "Resumable Upload API" (2026); reference 4.9. */
export const SAMPLE_TYPES: Readonly<Record<string, readonly string[]>> = {
  IMAGE: ["image/jpeg", "image/png"],
  VIDEO: ["video/mp4"],
  DOCUMENT: ["application/pdf"],
};

const UPLOAD_WITHIN_MS = 120_000;

/** Gives Meta a file to look at while it reviews a template. Answers the handle for `example.header_handle`. Throws `GraphError`. */
export async function uploadSample(access: GraphAccess, appId: string | null, source: MediaSource): Promise<string> {
  const session = await call(access, {
    method: "POST",
    // Without its id: the app that the token belongs to.
    path: `${pathId(appId ?? "app")}/uploads`,
    query: { file_name: source.filename, file_length: String(source.bytes), file_type: source.mimeType },
  });
  const { id } = session.parse(UploadSession).data;
  const request = buildRequest(access, { method: "POST", path: id });
  const send = access.transport ?? sharedGraphTransport();
  const response = await send({
    ...request,
    headers: {
      ...request.headers,
      authorization: `OAuth ${access.accessToken}`,
      file_offset: "0",
      "content-type": source.mimeType,
      "content-length": String(source.bytes),
    },
    body: source.content,
    timeoutMs: UPLOAD_WITHIN_MS,
  }).catch((error: unknown) => {
    throw transportFailure(error);
  });
  return readAnswer(access, response).parse(UploadedSample).data.h;
}
