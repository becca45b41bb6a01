import { AppError } from "@/lib/errors";
import { requestIdOf, respondError } from "./respond";

/** Answers a path that no route has. */
export function refusePath(request: Request): Response {
  return respondError(new AppError("not_found"), requestIdOf(request));
}

/** Makes what answers a method that a path does not have: which ones it has; to OPTIONS that is the answer, to others a refusal. */
export function refuseMethod(allow: readonly string[]): (request: Request) => Response {
  return (request) =>
    request.method === "OPTIONS"
      ? new Response(null, { status: 204, headers: { allow: allow.join(", ") } })
      : respondError(new AppError("method_not_allowed", undefined, { allow }), requestIdOf(request));
}
