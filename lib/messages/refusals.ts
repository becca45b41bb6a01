import "server-only";
import { and, eq } from "drizzle-orm";
import { templates } from "@/db/schema/templates";
import type { Ctx } from "@/lib/ctx";
import type { PauseReason } from "@/lib/integrations/schema";
import { announceSoon } from "@/lib/live";
import type { ErrorKind } from "@/lib/whatsapp/error-codes";

const PAUSES_BY_CODE: Record<number, PauseReason> = {
  0: "token_invalid",
  102: "token_invalid",
  104: "token_invalid",
  190: "token_invalid",
  368: "account_restricted",
  131031: "account_locked",
  131042: "billing",
  131048: "spam_limit",
  131064: "misclassified_templates",
};

/** Why an integration is paused after a refusal that every further message would meet too. */
export function pauseReason(code: number | null, kind: ErrorKind): PauseReason {
  const byCode = code === null ? undefined : PAUSES_BY_CODE[code];
  if (byCode) return byCode;
  if (kind === "reconnect") return code === 100 ? "app_secret" : "permission_missing";
  return kind === "fix_setup" ? "not_registered" : "account_restricted";
}

/** Meta paused a template (132015) or disabled it for good (132016): what waits of it is not tried. */
export async function stopTemplate(
  ctx: Ctx,
  account: string,
  { templateName, templateLanguage }: { templateName: string | null; templateLanguage: string | null },
  code: number | null,
): Promise<void> {
  if (!templateName || !templateLanguage) return;
  await ctx.db
    .update(templates)
    .set({ status: code === 132016 ? "DISABLED" : "PAUSED" })
    .where(
      and(
        eq(templates.organizationId, ctx.organizationId),
        eq(templates.businessAccountId, account),
        eq(templates.name, templateName),
        eq(templates.language, templateLanguage),
      ),
    );
  announceSoon(ctx.organizationId, ["templates"]);
}
