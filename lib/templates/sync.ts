import "server-only";
import { and, eq, inArray, isNull, sql } from "drizzle-orm";
import { integrations } from "@/db/schema/integrations";
import { templates } from "@/db/schema/templates";
import { audit } from "@/lib/audit";
import { type Ctx, inTransaction } from "@/lib/ctx";
import { AppError } from "@/lib/errors";
import { newId } from "@/lib/ids";
import { accountOf, getIntegrationRow, graphAccess, type IntegrationRow } from "@/lib/integrations/access";
import { graphSentence } from "@/lib/integrations/graph-sentence";
import { announce } from "@/lib/live";
import { GraphError } from "@/lib/whatsapp/graph-error";
import { type GraphTemplate, listTemplates } from "@/lib/whatsapp/graph-templates";
import { normalizeLanguage } from "./language";
import { type SyncReport, TemplateComponent } from "./schema";

type NewTemplate = typeof templates.$inferInsert;
type Counts = Pick<SyncReport, "synced" | "added" | "changed" | "removed">;

/** Rows of one INSERT: well below PostgreSQL's 65,535 parameters. */
const BULK = 500;

/**
 * Reads the templates of one integration, or of all, from Meta and makes ours the same: new ones are added, changed ones
 * changed, and those that Meta no longer has removed. What cannot be read is left as it was and told in `failures`.
 */
export async function syncTemplates(ctx: Ctx, { integrationId }: { integrationId?: string | undefined }): Promise<SyncReport> {
  const rows = integrationId === undefined ? await allIntegrations(ctx) : [await getIntegrationRow(ctx, integrationId)];
  const report: SyncReport = { synced: 0, added: 0, changed: 0, removed: 0, failures: [] };
  const done = new Set<string>();
  for (const row of rows) {
    if (done.has(accountOf(row))) continue;
    try {
      const counts = await syncAccount(ctx, row);
      done.add(accountOf(row));
      for (const key of ["synced", "added", "changed", "removed"] as const) report[key] += counts[key];
    } catch (error) {
      report.failures.push({ integrationId: row.id, message: failureMessage(error) });
    }
  }
  return report;
}

function failureMessage(error: unknown): string {
  if (error instanceof GraphError) return graphSentence(error).message;
  if (error instanceof AppError) return error.message;
  throw error;
}

function allIntegrations(ctx: Ctx): Promise<IntegrationRow[]> {
  return ctx.db
    .select()
    .from(integrations)
    .where(and(eq(integrations.organizationId, ctx.organizationId), isNull(integrations.deletedAt)))
    .orderBy(integrations.id);
}

async function syncAccount(ctx: Ctx, row: IntegrationRow): Promise<Counts> {
  const account = accountOf(row);
  const read = new Map<string, NewTemplate>();
  for await (const page of listTemplates(graphAccess(ctx, row), row.businessAccountId)) {
    for (const template of page) {
      const fresh = toRow(ctx, account, template);
      read.set(keyOf(fresh), fresh);
    }
  }
  return inTransaction(ctx, (tx) => store(tx, row, account, read));
}

async function store(ctx: Ctx, row: IntegrationRow, account: string, read: Map<string, NewTemplate>): Promise<Counts> {
  const ours = and(eq(templates.organizationId, ctx.organizationId), eq(templates.businessAccountId, account));
  await ctx.db.execute(sql`select pg_advisory_xact_lock(hashtextextended(${`templates:${ctx.organizationId}:${account}`}, 0))`);
  const known = new Map((await ctx.db.select().from(templates).where(ours)).map((template) => [keyOf(template), template]));
  const fresh = [...read.values()];
  const added = fresh.filter((template) => !known.has(keyOf(template)));
  const changed = fresh.filter((template) => {
    const before = known.get(keyOf(template));
    return before !== undefined && substance(before) !== substance(template);
  });
  // What was submitted after the reading began is not in it.
  const gone = [...known].filter(([key, { metaId, syncedAt }]) => metaId !== null && syncedAt <= ctx.now && !read.has(key));

  const writes = [...added, ...changed];
  for (let at = 0; at < writes.length; at += BULK) await upsert(ctx, writes.slice(at, at + BULK));
  if (gone.length > 0)
    await ctx.db.delete(templates).where(
      and(
        ours,
        inArray(
          templates.id,
          gone.map(([, { id }]) => id),
        ),
      ),
    );
  await ctx.db.update(templates).set({ syncedAt: ctx.now, toldAt: null }).where(ours);
  await ctx.db
    .update(integrations)
    .set({ templatesSyncedAt: ctx.now })
    .where(
      and(
        eq(integrations.organizationId, ctx.organizationId),
        eq(integrations.businessAccountId, row.businessAccountId),
        eq(integrations.sandbox, row.sandbox),
        isNull(integrations.deletedAt),
      ),
    );
  const counts = { synced: fresh.length, added: added.length, changed: changed.length, removed: gone.length };
  const isNews = counts.added + counts.changed + counts.removed > 0;
  // The daily sync that finds nothing new is nobody's deed.
  if (isNews || ctx.actor.type !== "system") await audit(ctx, "templates.synced", { type: "integration", id: row.id }, counts);
  await announce(ctx.db, ctx.organizationId, ["templates", "integrations"]);
  return counts;
}

async function upsert(ctx: Ctx, rows: NewTemplate[]): Promise<void> {
  await ctx.db
    .insert(templates)
    .values(rows)
    .onConflictDoUpdate({
      target: [templates.organizationId, templates.businessAccountId, templates.name, templates.language],
      set: {
        metaId: sql`excluded.meta_id`,
        category: sql`excluded.category`,
        previousCategory: sql`excluded.previous_category`,
        status: sql`excluded.status`,
        parameterFormat: sql`excluded.parameter_format`,
        components: sql`excluded.components`,
        qualityScore: sql`excluded.quality_score`,
        rejectedReason: sql`excluded.rejected_reason`,
        messageSendTtlSeconds: sql`excluded.message_send_ttl_seconds`,
        syncedAt: sql`excluded.synced_at`,
        updatedAt: sql`excluded.updated_at`,
        toldAt: null,
      },
    });
}

function toRow(ctx: Ctx, account: string, template: GraphTemplate): NewTemplate {
  return {
    id: newId("tpl"),
    organizationId: ctx.organizationId,
    businessAccountId: account,
    metaId: template.id,
    name: template.name,
    language: normalizeLanguage(template.language),
    // What Meta leaves out is taken in the strictest way: it needs a marketing consent, and is not sent at all.
    category: template.category?.toUpperCase() ?? "MARKETING",
    previousCategory: template.previousCategory?.toUpperCase() ?? null,
    status: template.status?.toUpperCase() ?? "UNKNOWN",
    parameterFormat: template.parameterFormat,
    components: template.components.flatMap(readComponent),
    qualityScore: template.qualityScore ?? null,
    rejectedReason: template.rejectedReason === undefined || template.rejectedReason === "NONE" ? null : template.rejectedReason,
    messageSendTtlSeconds: template.messageSendTtlSeconds ?? null,
    syncedAt: ctx.now,
    createdAt: ctx.now,
    updatedAt: ctx.now,
  };
}

const Button = TemplateComponent.shape.buttons.unwrap().element;

/** A component in the shape we show; buttons that have none are left out, so that one odd part does not hide the template. */
function readComponent(component: GraphTemplate["components"][number]): TemplateComponent[] {
  const { buttons, ...rest } = component;
  const readable = buttons?.flatMap((button) => {
    const parsed = Button.safeParse(button);
    return parsed.success ? [parsed.data] : [];
  });
  const parsed = TemplateComponent.safeParse({ ...rest, ...(readable && { buttons: readable }) });
  return parsed.success ? [parsed.data] : [];
}

function keyOf(template: Pick<NewTemplate, "name" | "language">): string {
  return `${template.name} ${template.language}`;
}

/** Everything about a template that Meta may change, in one comparable text. */
function substance(t: NewTemplate): string {
  return stableText([
    t.metaId,
    t.category,
    t.previousCategory,
    t.status,
    t.parameterFormat,
    t.components,
    t.qualityScore,
    t.rejectedReason,
    t.messageSendTtlSeconds,
  ]);
}

/** JSON with sorted keys: PostgreSQL gives the keys of a jsonb back in an order of its own. */
function stableText(value: unknown): string {
  return JSON.stringify(value, (_, part: unknown) =>
    typeof part === "object" && part !== null && !Array.isArray(part)
      ? Object.fromEntries(Object.entries(part).sort(([a], [b]) => (a < b ? -1 : 1)))
      : part,
  );
}
