import "server-only";
import { and, eq } from "drizzle-orm";
import { templates } from "@/db/schema/templates";
import { audit, differences } from "@/lib/audit";
import { type Ctx, inTransaction } from "@/lib/ctx";
import { AppError } from "@/lib/errors";
import { laterThan, requireUnchanged } from "@/lib/http/unchanged";
import { getIntegrationOf } from "@/lib/integrations/access";
import { announce } from "@/lib/live";
import { editTemplate } from "@/lib/whatsapp/graph-templates";
import { templateFindings } from "@/lib/whatsapp/template-draft-rules";
import { askMeta } from "./ask-meta";
import { quickReplies, submitDraft, toGraph, toWording, type Wording, wordingOf } from "./create";
import { EDIT_LIMITS, EDITS_COUNT_MS } from "./edits";
import { invalid } from "./invalid";
import { withHandles } from "./samples";
import { DRAFT, type Template, type UpdateTemplate } from "./schema";
import { getTemplateRow, type TemplateRow, toTemplate } from "./templates";

const EDITABLE = ["APPROVED", "REJECTED", "PAUSED"];

/**
 * Changes a draft here, or at Meta what Meta has; it is reviewed again then. Throws `conflict` for what Meta lets nobody change,
 * `rate_limit_exceeded` when it was changed too often, `template_invalid` with every rule that it would break.
 */
export async function updateTemplate(
  ctx: Ctx,
  id: string,
  { submit, updatedAt: seen, ...changes }: UpdateTemplate,
): Promise<Template> {
  const row = await getTemplateRow(ctx, id);
  await requireUnchanged(row.updatedAt, seen, async () => toTemplate(row));
  const wording = changed(row, changes);
  if (row.metaId !== null) return changeAtMeta(ctx, row, row.metaId, wording);
  const stored = await changeDraft(ctx, row, wording, seen);
  if (!submit) return stored;
  return submitDraft(ctx, { ...row, id: stored.id }, wording, changes.parameter_format);
}

function changed(row: TemplateRow, changes: Omit<UpdateTemplate, "submit" | "updatedAt">): Wording {
  const before = wordingOf(row);
  const { messageSendTtlSeconds, optOutButton } = before;
  const kept = quickReplies(changes.components ?? before.components).find((text) => text === optOutButton);
  return toWording({
    name: before.name,
    language: before.language,
    category: before.category,
    parameter_format: before.parameterFormat,
    components: before.components,
    // A button that is not there any more stops nothing.
    optOutButton: kept ?? null,
    ...(messageSendTtlSeconds !== null && { message_send_ttl_seconds: messageSendTtlSeconds }),
    ...changes,
  });
}

async function changeDraft(ctx: Ctx, row: TemplateRow, wording: Wording, seen: string | undefined): Promise<Template> {
  const depth = templateFindings(toGraph(wording)).filter(({ rule }) => rule === "too_deep");
  if (depth.length > 0) throw invalid(depth);
  const fields = Object.keys(differences(wordingOf(row), wording));
  if (fields.length === 0) return toTemplate(row);
  return store(ctx, row, wording, fields, { seen }).catch((error: unknown) => {
    if (isNameTaken(error)) throw new AppError("conflict", "There is a template with this name in this language already");
    throw error;
  });
}

function isNameTaken(error: unknown): boolean {
  const cause = error instanceof Error ? error.cause : undefined;
  return typeof cause === "object" && cause !== null && "code" in cause && cause.code === "23505";
}

async function changeAtMeta(ctx: Ctx, row: TemplateRow, metaId: string, wording: Wording): Promise<Template> {
  const before = wordingOf(row);
  const fields = Object.keys(differences(before, wording));
  if (fields.length === 0) return toTemplate(row);
  if (fields.every((field) => field === "optOutButton")) return store(ctx, row, wording, fields);
  const fixed = (["name", "language", "parameterFormat"] as const).filter((field) => fields.includes(field));
  if (fixed.length > 0)
    throw new AppError(
      "conflict",
      "Meta lets nobody change the name, the language or the kind of variables. Duplicate the template instead.",
    );
  if (!EDITABLE.includes(row.status))
    throw new AppError(
      "conflict",
      `Meta takes changes of approved, rejected and paused templates only; this one is ${row.status}`,
      {
        details: { status: row.status },
      },
    );
  if (row.status === "APPROVED") {
    if (fields.includes("category"))
      throw new AppError("conflict", "Meta lets nobody change the category of an approved template");
    requireEditLeft(ctx, row);
  }
  const findings = templateFindings(toGraph(wording));
  if (findings.length > 0) throw invalid(findings);

  const integration = await getIntegrationOf(ctx, row.businessAccountId);
  const { category, message_send_ttl_seconds } = toGraph(wording);
  const components = await withHandles(ctx, integration, wording.components);
  const told = await askMeta(ctx, integration, (access) =>
    editTemplate(access, metaId, {
      components,
      ...(fields.includes("category") && { category }),
      ...(message_send_ttl_seconds !== undefined && { message_send_ttl_seconds }),
    }),
  );
  const isNew = (at: string) => Date.parse(at) > ctx.now.getTime() - EDITS_COUNT_MS;
  return store(ctx, row, { ...wording, category: told.category ?? category }, fields, {
    status: "PENDING",
    rejectedReason: null,
    toldAt: ctx.now,
    editedAt: row.status === "APPROVED" ? [...row.editedAt.filter(isNew), ctx.now.toISOString()] : row.editedAt,
  });
}

function requireEditLeft(ctx: Ctx, row: TemplateRow): void {
  const now = ctx.now.getTime();
  for (const { most, withinMs, words } of EDIT_LIMITS) {
    const recent = row.editedAt.map(Date.parse).filter((at) => at > now - withinMs);
    const oldest = recent.sort((a, b) => b - a)[most - 1];
    if (oldest === undefined) continue;
    const nextEditAt = new Date(oldest + withinMs);
    throw new AppError("rate_limit_exceeded", `Meta lets an approved template be changed ${words}`, {
      details: { nextEditAt: nextEditAt.toISOString() },
      retryAfterSeconds: Math.ceil((nextEditAt.getTime() - now) / 1000),
    });
  }
}

/** Meta has told something since the row was read: a review may be over before its beginning was answered. */
function wasTold(before: TemplateRow, now: TemplateRow): boolean {
  return now.toldAt !== null && now.toldAt.getTime() !== before.toldAt?.getTime();
}

function store(
  ctx: Ctx,
  row: TemplateRow,
  wording: Wording,
  fields: string[],
  { seen, ...outcome }: Partial<typeof templates.$inferInsert> & { seen?: string | undefined } = {},
): Promise<Template> {
  const own = and(eq(templates.organizationId, ctx.organizationId), eq(templates.id, row.id));
  return inTransaction(ctx, async (tx) => {
    const [now] = await tx.db.select().from(templates).where(own).for("update");
    if (!now) throw new AppError("not_found", "There is no template with this id");
    await requireUnchanged(now.updatedAt, seen, async () => toTemplate(now));
    const [stored] = await tx.db
      .update(templates)
      .set({
        ...wording,
        ...outcome,
        ...(wasTold(row, now) && { status: now.status, rejectedReason: now.rejectedReason, toldAt: now.toldAt }),
        ...(row.metaId === null && { status: DRAFT }),
        updatedAt: laterThan(now.updatedAt, ctx.now),
      })
      .where(own)
      .returning();
    if (!stored) throw new AppError("not_found", "There is no template with this id");
    await audit(
      tx,
      "template.edited",
      { type: "template", id: row.id },
      { name: wording.name, language: wording.language, fields },
    );
    await announce(tx.db, ctx.organizationId, ["templates"]);
    return toTemplate(stored);
  });
}
