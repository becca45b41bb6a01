import "server-only";
import { and, eq, ilike, inArray, sql } from "drizzle-orm";
import { anyOf } from "@/db/columns";
import { templates } from "@/db/schema/templates";
import type { Ctx } from "@/lib/ctx";
import { AppError } from "@/lib/errors";
import type { Page } from "@/lib/http/paging";
import {
  accountOf,
  getIntegrationOf,
  getIntegrationOrDefault,
  getIntegrationRow,
  metaAccountId,
} from "@/lib/integrations/access";
import { templateVariables } from "@/lib/whatsapp/template-rules";
import { nextEditAt } from "./edits";
import { normalizeLanguage } from "./language";
import type { ListTemplates, Template } from "./schema";

export type TemplateRow = typeof templates.$inferSelect;

/** By name, then language. */
export async function listTemplates(ctx: Ctx, query: ListTemplates): Promise<Page<Template>> {
  const account = query.integrationId === undefined ? undefined : accountOf(await getIntegrationRow(ctx, query.integrationId));
  const after = query.cursor === undefined ? undefined : await placeOf(ctx, query.cursor);
  const rows = await ctx.db
    .select()
    .from(templates)
    .where(
      and(
        eq(templates.organizationId, ctx.organizationId),
        account === undefined ? undefined : eq(templates.businessAccountId, account),
        query.status ? inArray(templates.status, words(query.status)) : undefined,
        query.category ? inArray(templates.category, words(query.category)) : undefined,
        query.language ? eq(templates.language, normalizeLanguage(query.language)) : undefined,
        query.search ? ilike(templates.name, `%${query.search.trim().replace(/[\\%_]/g, "\\$&")}%`) : undefined,
        after
          ? sql`(${templates.name}, ${templates.language}, ${templates.id}) > (${after.name}, ${after.language}, ${query.cursor})`
          : undefined,
      ),
    )
    .orderBy(templates.name, templates.language, templates.id)
    .limit(query.limit + 1);
  const shown = rows.slice(0, query.limit);
  const last = shown.at(-1);
  return { data: shown.map(toTemplate), nextCursor: rows.length > query.limit && last ? last.id : null };
}

function words(list: string): string[] {
  return list.split(",").map((word) => word.trim().toUpperCase());
}

/** The place in the list that a cursor names. */
async function placeOf(ctx: Ctx, id: string): Promise<Pick<TemplateRow, "name" | "language">> {
  const [row] = await ctx.db
    .select({ name: templates.name, language: templates.language })
    .from(templates)
    .where(and(eq(templates.organizationId, ctx.organizationId), eq(templates.id, id)));
  if (row) return row;
  throw new AppError("validation_failed", undefined, {
    details: [{ path: "cursor", message: "Start the list again: its place is gone" }],
  });
}

export async function getTemplate(ctx: Ctx, id: string): Promise<Template> {
  return toTemplate(await getTemplateRow(ctx, id));
}

export async function getTemplateRow(ctx: Ctx, id: string): Promise<TemplateRow> {
  const [row] = await ctx.db
    .select()
    .from(templates)
    .where(and(eq(templates.organizationId, ctx.organizationId), eq(templates.id, id)));
  if (!row) throw new AppError("not_found", "There is no template with this id");
  return row;
}

/** The integration that reaches a template's account; null when none does any more. */
export async function integrationOfTemplate(ctx: Ctx, id: string): Promise<string | null> {
  const { businessAccountId } = await getTemplateRow(ctx, id);
  return (await getIntegrationOf(ctx, businessAccountId).catch(nullUnlessBroken))?.id ?? null;
}

/** The integration to whose account a new template belongs unless another is chosen; null before one is connected. */
export async function defaultIntegrationId(ctx: Ctx): Promise<string | null> {
  return (await getIntegrationOrDefault(ctx, undefined).catch(nullUnlessBroken))?.id ?? null;
}

function nullUnlessBroken(error: unknown): null {
  if (error instanceof AppError) return null;
  throw error;
}

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
        anyOf(templates.name, [...new Set(names)]),
      ),
    )
    .orderBy(templates.name, templates.language);
}

export function toTemplate(row: TemplateRow): Template {
  return {
    id: row.id,
    metaId: row.metaId,
    businessAccountId: metaAccountId(row.businessAccountId),
    name: row.name,
    language: row.language,
    category: row.category,
    previousCategory: row.previousCategory,
    status: row.status,
    parameterFormat: row.parameterFormat,
    components: row.components,
    variables: templateVariables(row.components, row.parameterFormat).map(({ key, place, example }) => ({
      key,
      place,
      example: example ?? null,
    })),
    qualityScore: row.qualityScore,
    rejectedReason: row.rejectedReason,
    messageSendTtlSeconds: row.messageSendTtlSeconds,
    optOutButton: row.optOutButton,
    nextEditAt: nextEditAt(row)?.toISOString() ?? null,
    syncedAt: row.syncedAt.toISOString(),
    updatedAt: row.updatedAt.toISOString(),
  };
}
