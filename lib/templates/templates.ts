import "server-only";
import { and, eq, inArray } from "drizzle-orm";
import { templates } from "@/db/schema/templates";
import type { Ctx } from "@/lib/ctx";

export type TemplateRow = typeof templates.$inferSelect;

/** Every language of the named templates of one account (`accountOf` its integration), as last synced, in one query. */
export async function findTemplates(ctx: Ctx, account: string, names: readonly string[]): Promise<TemplateRow[]> {
  if (names.length === 0) return [];
  return ctx.db
    .select()
    .from(templates)
    .where(
      and(
        eq(templates.organizationId, ctx.organizationId),
        eq(templates.businessAccountId, account),
        inArray(templates.name, [...new Set(names)]),
      ),
    )
    .orderBy(templates.name, templates.language);
}
