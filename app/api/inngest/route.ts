import { serve } from "inngest/edge";
import { inngest } from "@/inngest/client";
import { functions } from "@/inngest/functions";
import { env, publicUrl, usesInngest } from "@/lib/env";
import { AppError } from "@/lib/errors";
import { withStrangersBody } from "@/lib/http/body";
import { requestIdOf, respondError } from "@/lib/http/respond";

/** The longest step is 20 s, and the SDK puts steps of 10 s more at most into one call. */
export const maxDuration = 60;

/** Inngest keeps a step's result up to this size, and sends it back with each call. */
const LIMIT_BYTES = 4 * 1024 * 1024;

let served: ((request: Request) => Promise<Response>) | undefined;

/** Inngest is told our own address, whatever host a request names: nobody can move the functions away with a header. */
function handler() {
  served ??= serve({
    client: inngest,
    functions,
    serveOrigin: env().INNGEST_SERVE_ORIGIN ?? publicUrl(),
    servePath: "/api/inngest",
  });
  return served;
}

/**
 * Inngest's door. It is shut while the built-in engine is in charge: without keys anyone could run a function. What is not even
 * signed is refused here, in one line; the library would write a stack for each into the log.
 */
async function answer(request: Request): Promise<Response> {
  try {
    if (!usesInngest()) throw new AppError("not_found");
    const isDev = Boolean(env().INNGEST_DEV && env().INNGEST_DEV !== "0");
    if (!isDev && request.method !== "PUT" && !request.headers.has("x-inngest-signature")) throw new AppError("unauthorized");
    if (!request.body) return await handler()(request);
    const { url, method, headers } = request;
    return await withStrangersBody(request, LIMIT_BYTES, (body) =>
      handler()(new Request(url, { method, headers, body: Buffer.from(body) })),
    );
  } catch (error) {
    return respondError(error, requestIdOf(request));
  }
}

export const GET = answer;
export const POST = answer;
export const PUT = answer;
