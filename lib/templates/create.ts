import "server-only";
import { type AnyColumn, and, count, eq, gt, sql } from "drizzle-orm";
import { templateNameLocks, templates } from "@/db/schema/templates";
import { audit } from "@/lib/audit";
import { type Ctx, inTransaction } from "@/lib/ctx";
import { AppError } from "@/lib/errors";
import { newId } from "@/lib/ids";
import {
  accountOf,
  getIntegrationOf,
  getIntegrationOrDefault,
  type IntegrationRow,
  metaAccountId,
} from "@/lib/integrations/access";
import { announce } from "@/lib/live";
import { requireRoom } from "@/lib/quotas";
import { createTemplate as createAtMeta, type NewGraphTemplate } from "@/lib/whatsapp/graph-templates";
import { templateFindings } from "@/lib/whatsapp/template-draft-rules";
import { type Finding, Findings } from "@/lib/whatsapp/template-findings";
import { readTemplate } from "@/lib/whatsapp/template-layout";
import { askMeta } from "./ask-meta";
import { invalid } from "./invalid";
import { normalizeLanguage } from "./language";
import { withHandles } from "./samples";
import { type CreateTemplate, DRAFT, type DuplicateTemplate, type Template, type TemplateComponent } from "./schema";
import { getTemplateRow, type TemplateRow, toTemplate } from "./templates";

/** What a template says, in Meta's words. */
export type Wording = {
  name: string;
  language: string;
  category: string;
  parameterFormat: "NAMED" | "POSITIONAL";
  components: TemplateComponent[];
  messageSendTtlSeconds: number | null;
  optOutButton: string | null;
};

/**
 * Gives a template to Meta, or keeps it as a draft. Throws `template_invalid` with every rule that it breaks, `conflict` when the
 * name has this language already. Nothing is stored unless Meta took it.
 */
export async function createTemplate(ctx: Ctx, given: CreateTemplate): Promise<Template> {
  const row = await getIntegrationOrDefault(ctx, given.integrationId);
  const wording = toWording(given);
  if (!given.submit) return keepDraft(ctx, row, wording);
  const findings = await allFindings(ctx, row, wording, given.parameter_format);
  if (findings.length > 0) throw invalid(findings);
  await requireFree(ctx, row, wording);
  return submit(ctx, row, wording, newId("tpl"));
}

/** A copy to work on, in another language or under another name. */
export async function duplicateTemplate(ctx: Ctx, id: string, given: DuplicateTemplate): Promise<Template> {
  const source = await getTemplateRow(ctx, id);
  const row =
    given.integrationId === undefined
      ? await getIntegrationOf(ctx, source.businessAccountId)
      : await getIntegrationOrDefault(ctx, given.integrationId);
  return keepDraft(ctx, row, {
    ...wordingOf(source),
    name: given.name ?? source.name,
    language: normalizeLanguage(given.language ?? source.language),
  });
}

export function wordingOf(row: TemplateRow): Wording {
  const { name, language, category, parameterFormat, components, messageSendTtlSeconds, optOutButton } = row;
  return { name, language, category, parameterFormat, components, messageSendTtlSeconds, optOutButton };
}

/** Throws `validation_failed` for a button that is to stop offers and is no quick reply of the template. */
export function toWording(given: Omit<CreateTemplate, "submit">): Wording {
  const optOutButton = given.optOutButton ?? null;
  if (optOutButton !== null && !quickReplies(given.components).includes(optOutButton)) {
    throw new AppError("validation_failed", "The button that stops offers must be a quick reply of the template", {
      details: [{ path: "optOutButton", message: "There is no quick reply with this text" }],
    });
  }
  return {
    name: given.name.trim(),
    language: normalizeLanguage(given.language),
    category: given.category.toUpperCase(),
    parameterFormat: given.parameter_format?.toUpperCase() === "NAMED" ? "NAMED" : "POSITIONAL",
    components: given.components.map(inCapitals),
    messageSendTtlSeconds: given.message_send_ttl_seconds ?? null,
    optOutButton,
  };
}

/** The texts of a template's own quick replies. */
export function quickReplies(components: CreateTemplate["components"]): string[] {
  return readTemplate({ components }).buttons.flatMap(({ type, text }) => (type === "QUICK_REPLY" ? [text] : []));
}

/** Meta takes its words in any case and gives them back in capitals. */
function inCapitals(component: CreateTemplate["components"][number]): TemplateComponent {
  const { format, buttons } = component;
  const isButton = (button: unknown): button is { type: string } =>
    typeof button === "object" && button !== null && "type" in button && typeof button.type === "string";
  return {
    ...component,
    type: component.type.toUpperCase(),
    ...(typeof format === "string" && { format: format.toUpperCase() }),
    ...(Array.isArray(buttons) && {
      buttons: buttons.map((button: unknown) => (isButton(button) ? { ...button, type: button.type.toUpperCase() } : button)),
    }),
  } as TemplateComponent;
}

export function toGraph(wording: Wording): NewGraphTemplate {
  const { name, language, category, parameterFormat, components, messageSendTtlSeconds } = wording;
  return {
    name,
    language,
    category,
    parameter_format: parameterFormat,
    components,
    ...(messageSendTtlSeconds !== null && { message_send_ttl_seconds: messageSendTtlSeconds }),
  };
}

/** What Meta would refuse, with what only its past tells: a name that was deleted a short time ago. */
async function allFindings(ctx: Ctx, row: IntegrationRow, wording: Wording, format?: string): Promise<Finding[]> {
  const found = new Findings();
  found.all.push(...templateFindings({ ...toGraph(wording), ...(format !== undefined && { parameter_format: format }) }));
  const [lock] = await ctx.db
    .select({ until: templateNameLocks.until })
    .from(templateNameLocks)
    .where(
      and(
        eq(templateNameLocks.organizationId, ctx.organizationId),
        eq(templateNameLocks.businessAccountId, accountOf(row)),
        eq(templateNameLocks.name, wording.name),
        eq(templateNameLocks.language, wording.language),
        gt(templateNameLocks.until, ctx.now),
      ),
    );
  if (lock) found.add("name", "name_locked", lock.until.toISOString(), wording.name);
  return found.all;
}

async function requireFree(ctx: Ctx, row: IntegrationRow, { name, language }: Wording): Promise<void> {
  const [taken] = await ctx.db
    .select({ id: templates.id, status: templates.status })
    .from(templates)
    .where(
      and(
        eq(templates.organizationId, ctx.organizationId),
        eq(templates.businessAccountId, accountOf(row)),
        eq(templates.name, name),
        eq(templates.language, language),
      ),
    );
  if (taken) throw nameTaken(name, language, taken);
}

function nameTaken(name: string, language: string, details: { id: string; status: string }): AppError {
  const what = details.status === DRAFT ? "a draft" : "a template";
  return new AppError("conflict", `There is ${what} with the name ${name} in the language ${language} already`, { details });
}

async function keepDraft(ctx: Ctx, row: IntegrationRow, wording: Wording): Promise<Template> {
  const depth = templateFindings(toGraph(wording)).filter(({ rule }) => rule === "too_deep");
  if (depth.length > 0) throw invalid(depth);
  await requireFree(ctx, row, wording);
  const draft = { ...newRow(ctx, row, wording, newId("tpl")), metaId: null, status: DRAFT };
  return inTransaction(ctx, async (tx) => {
    await requireRoom(tx.db, "template_drafts", ctx.organizationId, () => countDrafts(tx));
    const [stored] = await tx.db.insert(templates).values(draft).onConflictDoNothing().returning();
    if (!stored) throw nameTaken(wording.name, wording.language, { id: "", status: "" });
    await audit(tx, "template.drafted", { type: "template", id: draft.id }, { name: draft.name, language: draft.language });
    await announce(tx.db, ctx.organizationId, ["templates"]);
    return toTemplate(stored);
  });
}

async function countDrafts(ctx: Ctx): Promise<number> {
  const [row] = await ctx.db
    .select({ drafts: count() })
    .from(templates)
    .where(and(eq(templates.organizationId, ctx.organizationId), eq(templates.status, DRAFT)));
  return row?.drafts ?? 0;
}

function newRow(ctx: Ctx, row: IntegrationRow, wording: Wording, id: string) {
  return {
    ...wording,
    id,
    organizationId: ctx.organizationId,
    businessAccountId: accountOf(row),
    qualityScore: null,
    rejectedReason: null,
    syncedAt: ctx.now,
    createdAt: ctx.now,
    updatedAt: ctx.now,
  };
}

/** Of a draft: gives it to Meta as it is. */
export async function submitDraft(ctx: Ctx, draft: TemplateRow, wording: Wording, format?: string): Promise<Template> {
  const row = await getIntegrationOf(ctx, draft.businessAccountId);
  const findings = await allFindings(ctx, row, wording, format);
  if (findings.length > 0) throw invalid(findings);
  return submit(ctx, row, wording, draft.id);
}

async function submit(ctx: Ctx, row: IntegrationRow, wording: Wording, id: string): Promise<Template> {
  const account = metaAccountId(accountOf(row));
  const components = await withHandles(ctx, row, wording.components);
  const taken = await askMeta(ctx, row, (access) => createAtMeta(access, account, { ...toGraph(wording), components }));
  const outcome = {
    metaId: taken.id,
    status: taken.status,
    category: taken.category,
    previousCategory: taken.category === wording.category ? null : wording.category,
  };
  return inTransaction(ctx, async (tx) => {
    const fresh = { ...newRow(ctx, row, wording, id), ...outcome, syncedAt: new Date() };
    // A draft of this id, or what a sync or a webhook has told meanwhile: a review may be over before its beginning was answered.
    const isTold = sql`${templates.status} <> ${DRAFT} and coalesce(${templates.toldAt}, ${templates.syncedAt})
      >= date_trunc('second', ${ctx.now.toISOString()}::timestamptz)`;
    const unlessTold = (column: AnyColumn, value: string | null) => sql`case when ${isTold} then ${column} else ${value} end`;
    const { status, ...certain } = outcome;
    const [stored] = await tx.db
      .insert(templates)
      .values(fresh)
      .onConflictDoUpdate({
        target: [templates.organizationId, templates.businessAccountId, templates.name, templates.language],
        set: {
          ...wording,
          ...certain,
          status: unlessTold(templates.status, status),
          rejectedReason: unlessTold(templates.rejectedReason, null),
          syncedAt: fresh.syncedAt,
          updatedAt: ctx.now,
          toldAt: sql`case when ${isTold} then ${templates.toldAt} end`,
        },
      })
      .returning();
    if (!stored) throw new Error("The template was not stored.");
    await audit(
      tx,
      "template.submitted",
      { type: "template", id: stored.id },
      { name: wording.name, language: wording.language, category: wording.category, categoryAtMeta: taken.category },
    );
    await announce(tx.db, ctx.organizationId, ["templates"]);
    return toTemplate(stored);
  });
}
