import "server-only";
import { type Ctx, systemCtx } from "@/lib/ctx";
import { AppError } from "@/lib/errors";
import { graphAccess, type IntegrationRow } from "@/lib/integrations/access";
import { graphSentence } from "@/lib/integrations/graph-sentence";
import { meaningOf } from "@/lib/whatsapp/error-codes";
import { explainCode } from "@/lib/whatsapp/explain-code";
import type { GraphAccess } from "@/lib/whatsapp/graph-call";
import { GraphError } from "@/lib/whatsapp/graph-error";
import { readTemplatesAgain } from "./events";

/**
 * One call about a template. What Meta refuses for its content is `template_invalid`, a call limit `rate_limit_exceeded`, the rest
 * `graph_error`, each with Meta's own sentence. When nobody knows whether Meta did it, its templates are read again.
 */
export async function askMeta<T>(ctx: Ctx, row: IntegrationRow, work: (access: GraphAccess) => Promise<T>): Promise<T> {
  try {
    return await work(graphAccess(ctx, row));
  } catch (error) {
    if (!(error instanceof GraphError)) throw error;
    if (error.proof === "maybe_sent") readTemplatesAgain(systemCtx(ctx.db, ctx.organizationId), row.id);
    throw toAppError(error);
  }
}

function toAppError(error: GraphError): AppError {
  const { message, fix } = graphSentence(error);
  const { code, subcode, fbtraceId, retryAfterSeconds } = error;
  const meta = { code, subcode, fbtraceId };
  if (error.proof === "maybe_sent") {
    return new AppError("graph_error", `Meta did not say whether it took this: ${message}`, {
      details: { ...meta, fix: "The templates are being read from Meta again. Look there before you try again." },
      cause: error,
    });
  }
  if (error.kind === "slow_down") {
    return new AppError("rate_limit_exceeded", `Meta takes no more calls now: ${message}`, {
      details: { ...meta, fix },
      retryAfterSeconds: retryAfterSeconds ?? 60,
      cause: error,
    });
  }
  const isAboutTemplate = error.kind === "fix_template" || (code === 100 && subcode !== 33 && !error.wantsAppSecret);
  if (!isAboutTemplate) return new AppError("graph_error", message, { details: { ...meta, fix }, cause: error });
  const meant = code === null ? null : meaningOf(code, subcode);
  const details = [{ path: "", rule: "meta", limit: null, given: null, message, fix: explainCode(meant, "en").action, ...meta }];
  return new AppError("template_invalid", `Meta does not take this template: ${message}`, { details, cause: error });
}
