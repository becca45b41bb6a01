import { serve } from "inngest/edge";
import { inngest } from "@/inngest/client";
import { functions } from "@/inngest/functions";
import { usesInngest } from "@/lib/env";
import { AppError } from "@/lib/errors";
import { requestIdOf, respondError } from "@/lib/http/respond";

const handle = serve({ client: inngest, functions, servePath: "/api/inngest" });

/** Inngest's door. It is shut while the built-in engine is in charge: without keys anyone could run a function. */
async function answer(request: Request): Promise<Response> {
  if (!usesInngest()) return respondError(new AppError("not_found"), requestIdOf(request));
  return handle(request);
}

export const GET = answer;
export const POST = answer;
export const PUT = answer;
