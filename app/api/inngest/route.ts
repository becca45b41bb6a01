import { serve } from "inngest/edge";
import { inngest } from "@/inngest/client";
import { functions } from "@/inngest/functions";
import { env, publicUrl, usesInngest } from "@/lib/env";
import { AppError } from "@/lib/errors";
import { requestIdOf, respondError } from "@/lib/http/respond";

/** The longest step is 20 s, and the SDK puts steps of 10 s more at most into one call. */
export const maxDuration = 60;

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
  const requestId = requestIdOf(request);
  if (!usesInngest()) return respondError(new AppError("not_found"), requestId);
  const isDev = Boolean(env().INNGEST_DEV && env().INNGEST_DEV !== "0");
  if (!isDev && request.method !== "PUT" && !request.headers.has("x-inngest-signature"))
    return respondError(new AppError("unauthorized"), requestId);
  return handler()(request);
}

export const GET = answer;
export const POST = answer;
export const PUT = answer;
