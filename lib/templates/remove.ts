import "server-only";
import { and, eq, inArray } from "drizzle-orm";
import { templateNameLocks, templates } from "@/db/schema/templates";
import { audit } from "@/lib/audit";
import { type Ctx, inTransaction } from "@/lib/ctx";
import { AppError } from "@/lib/errors";
import { getIntegrationOf, metaAccountId } from "@/lib/integrations/access";
import { announce } from "@/lib/live";
import { GraphError } from "@/lib/whatsapp/graph-error";
import { deleteTemplates } from "@/lib/whatsapp/graph-templates";
import { askMeta } from "./ask-meta";
import type { DeletedTemplates } from "./schema";
import { getTemplateRow, type TemplateRow } from "./templates";

/** Source: Meta, "Template management" (13 April 2026): the name of an approved template is locked for 30 days. */
const NAME_LOCK_MS = 30 * 24 * 60 * 60 * 1000;
const NEVER_APPROVED = ["DRAFT", "PENDING", "REJECTED"];

/** Deletes a template at Meta and here, in its language or in every one. What Meta refuses to delete stays. */
export async function removeTemplate(
  ctx: Ctx,
  id: string,
  { allLanguages }: { allLanguages: boolean },
): Promise<DeletedTemplates> {
  const row = await getTemplateRow(ctx, id);
  const rows = allLanguages ? await everyLanguage(ctx, row) : [row];
  const atMeta = rows.filter(({ metaId }) => metaId !== null);
  if (atMeta.some(({ status }) => status === "DISABLED"))
    throw new AppError("conflict", "Meta lets nobody delete a disabled template");
  const [first] = atMeta;
  if (first) {
    const integration = await getIntegrationOf(ctx, row.businessAccountId);
    const target = { name: row.name, ...(!allLanguages && first.metaId !== null && { templateId: first.metaId }) };
    await askMeta(ctx, integration, (access) =>
      deleteTemplates(access, metaAccountId(row.businessAccountId), target).catch((error: unknown) => {
        if (!isGone(error)) throw error;
      }),
    );
  }
  const until = new Date(ctx.now.getTime() + NAME_LOCK_MS);
  const locked = rows.filter(({ status }) => !NEVER_APPROVED.includes(status));
  await inTransaction(ctx, async (tx) => {
    const ids = rows.map((one) => one.id);
    await tx.db.delete(templates).where(and(eq(templates.organizationId, ctx.organizationId), inArray(templates.id, ids)));
    for (const { businessAccountId, name, language } of locked) {
      const lock = { organizationId: ctx.organizationId, businessAccountId, name, language, until };
      const { organizationId, businessAccountId: account, name: named, language: spoken } = templateNameLocks;
      await tx.db
        .insert(templateNameLocks)
        .values(lock)
        .onConflictDoUpdate({ target: [organizationId, account, named, spoken], set: { until } });
    }
    const languages = rows.map(({ language }) => language);
    await audit(tx, "template.removed", { type: "template", id }, { name: row.name, languages });
    await announce(tx.db, ctx.organizationId, ["templates"]);
  });
  return {
    deleted: rows.map(({ id: deletedId, language }) => ({ id: deletedId, language })),
    nameLockedUntil: locked.length > 0 ? until.toISOString() : null,
  };
}

function everyLanguage(ctx: Ctx, { businessAccountId, name }: TemplateRow): Promise<TemplateRow[]> {
  return ctx.db
    .select()
    .from(templates)
    .where(
      and(
        eq(templates.organizationId, ctx.organizationId),
        eq(templates.businessAccountId, businessAccountId),
        eq(templates.name, name),
      ),
    )
    .orderBy(templates.language);
}

/** Somebody has deleted it at Meta already: 2593002, or the id is unknown there. */
function isGone(error: unknown): boolean {
  return error instanceof GraphError && error.code === 100 && (error.subcode === 2_593_002 || error.subcode === 33);
}
