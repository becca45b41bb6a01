import "server-only";
import { and, eq, type SQL, sql } from "drizzle-orm";
import { templates } from "@/db/schema/templates";
import { type Ctx, systemCtx } from "@/lib/ctx";
import { announceSoon } from "@/lib/live";
import { log } from "@/lib/log";
import type {
  TemplateCategoryItem,
  TemplateComponentsItem,
  TemplateQualityItem,
  TemplateStatusItem,
} from "@/lib/whatsapp/inbound-items";
import { normalizeLanguage } from "./language";
import { syncTemplates } from "./sync";

type TemplateItem = TemplateStatusItem | TemplateQualityItem | TemplateCategoryItem | TemplateComponentsItem;
/** The integration by which an event was heard, and `accountOf` it. */
type Told = { id: string; account: string };

const STATUS: Record<string, string> = { REINSTATED: "APPROVED", UNARCHIVED: "APPROVED", FLAGGED: "APPROVED" };

/**
 * Takes what Meta tells of a template. What is older than the last reading or the last word changes nothing. A template that we do
 * not know, or whose parts changed, is read at Meta.
 */
export async function noteTemplateEvent(ctx: Ctx, told: Told, item: TemplateItem): Promise<void> {
  const isKnown = await isKnownTemplate(ctx, told, item);
  if (!isKnown || item.kind === "template_components") {
    readTemplatesAgain(ctx, told.id);
    return;
  }
  const change = changeOf(item);
  if (!change) return;
  await ctx.db
    .update(templates)
    .set({ ...change, toldAt: item.at ?? ctx.now })
    .where(and(...named(ctx, told, item), isNewer(item.at)));
  announceSoon(ctx.organizationId, ["templates"]);
}

function named(ctx: Ctx, { account }: Told, { name, language, templateId }: TemplateItem): SQL[] {
  return [
    eq(templates.organizationId, ctx.organizationId),
    eq(templates.businessAccountId, account),
    name && language
      ? sql`(${templates.name} = ${name} and ${templates.language} = ${normalizeLanguage(language)})`
      : eq(templates.metaId, templateId ?? ""),
  ];
}

async function isKnownTemplate(ctx: Ctx, told: Told, item: TemplateItem): Promise<boolean> {
  const rows = await ctx.db
    .select({ id: templates.id })
    .from(templates)
    .where(and(...named(ctx, told, item)))
    .limit(1);
  return rows.length > 0;
}

/** Meta's times have whole seconds. */
function isNewer(at: Date | null): SQL | undefined {
  return at === null
    ? undefined
    : sql`date_trunc('second', coalesce(${templates.toldAt}, ${templates.syncedAt})) <= ${at.toISOString()}::timestamptz`;
}

function changeOf(item: TemplateItem): Partial<typeof templates.$inferInsert> | null {
  switch (item.kind) {
    case "template_status":
      return { status: STATUS[item.event] ?? item.event, rejectedReason: rejectionOf(item) };
    case "template_quality":
      return { qualityScore: item.current };
    case "template_category":
      return item.stage === "done" && item.newCategory
        ? { category: item.newCategory.toUpperCase(), previousCategory: item.previousCategory?.toUpperCase() ?? null }
        : null;
    case "template_components":
      return null;
  }
}

function rejectionOf(item: TemplateStatusItem): string | null {
  const reason = item.rejection?.reason ?? item.reason;
  return reason && reason !== "NONE" ? reason : null;
}

/** Readings under way, and those that were asked for meanwhile, by integration. */
const reading = new Map<string, Promise<void>>();
const again = new Set<string>();

/** Reads an account's templates at Meta, beside what else is done; what is asked for meanwhile is one more reading afterwards. */
export function readTemplatesAgain({ db, organizationId }: Pick<Ctx, "db" | "organizationId">, integrationId: string): void {
  if (reading.has(integrationId)) {
    again.add(integrationId);
    return;
  }
  const work = syncTemplates(systemCtx(db, organizationId, "webhooks"), { integrationId })
    .then(({ failures }) => {
      if (failures.length > 0) log.warn({ integrationId, failures }, "Templates could not be read after an event");
    })
    .catch((error: unknown) => log.warn({ err: error, integrationId }, "Templates could not be read after an event"))
    .finally(() => {
      reading.delete(integrationId);
      if (again.delete(integrationId)) readTemplatesAgain({ db, organizationId }, integrationId);
    });
  reading.set(integrationId, work);
}
