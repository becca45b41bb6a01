import "server-only";
import { sql } from "drizzle-orm";
import type { Ctx } from "@/lib/ctx";
import { AppError } from "@/lib/errors";
import { blindIndex, seal } from "@/lib/keyring";
import { noteActivity } from "./conversation-activity";
import type { Passed } from "./gate";
import type { TimelineStep } from "./schema";

type Taken = {
  ctx: Ctx;
  id: string;
  passed: Passed;
  externalId?: string | undefined;
  resendOf?: string | undefined;
  confirmsStop?: boolean;
};

/**
 * Stores messages that passed the gate, all or none: one statement, for one message or a thousand. Throws `not_found` when one
 * of their integrations was removed meanwhile; otherwise none can be removed until the transaction ends. Each row says
 * who asked for it and when, by its own `ctx`; `ctx` itself is the connection.
 */
export async function storeMessages(ctx: Ctx, taken: readonly Taken[]): Promise<void> {
  if (taken.length === 0) return;
  const rows = JSON.stringify(taken.map(rowOf));
  const integrationIds = [...new Set(taken.map(({ passed }) => passed.integration.id))];
  const stored = await ctx.db.execute(sql`
    with present as materialized (
      select i.id from integrations i
      where i.organization_id = ${ctx.organizationId} and i.deleted_at is null and i.id = any(${sql.param(integrationIds)}::text[])
      order by i.id for key share)
    insert into messages (id, organization_id, integration_id, contact_id, recipient, content, template_name, template_language,
      purpose, priority, status, due_at, scheduled_for, waits_for, external_id, resend_of, outside_window, envelope, reply_to_index, timeline, confirms_stop, created_by, created_at)
    select r.id, ${ctx.organizationId}, r.integration_id, r.contact_id, r.recipient, r.content, r.template_name, r.template_language,
      r.purpose, r.priority, r.status, r.due_at, r.scheduled_for, r.waits_for, r.external_id, r.resend_of, r.outside_window, r.envelope, r.reply_to_index, r.timeline, r.confirms_stop, r.created_by, r.created_at
    from jsonb_to_recordset((${rows}::text)::jsonb) as r(
      id text, integration_id text, contact_id text, recipient text, content text, template_name text, template_language text,
      purpose text, priority smallint, status text, due_at timestamptz, scheduled_for timestamptz, waits_for text, external_id text, resend_of text, outside_window boolean, envelope text, reply_to_index text,
      timeline jsonb, confirms_stop boolean, created_by text, created_at timestamptz)
    where (select count(*) from present) = ${integrationIds.length}
    returning 1`);
  if (stored.length < taken.length) throw new AppError("not_found", "There is no integration with this id");
  // A campaign to people who never answer makes no conversations; somebody who writes from the console does.
  const talks = taken.filter(({ ctx: own, passed }) => passed.isConversation || own.actor.type === "user");
  await noteActivity(
    ctx,
    talks.map(({ ctx: own, passed }) => ({ integrationId: passed.integration.id, contactId: passed.contactId, at: own.now })),
  );
}

function rowOf({ ctx, id, passed, externalId, resendOf, confirmsStop = false }: Taken) {
  const { content, contextId } = passed;
  const answers = content.type === "reaction" ? content.to : contextId;
  const at = ctx.now.toISOString();
  const timeline: TimelineStep[] = [{ step: "queued", at, source: sourceOf(ctx, confirmsStop) }];
  if (passed.scheduledFor) timeline.push({ step: "scheduled", at, source: "gate", detail: passed.scheduledFor.toISOString() });
  return {
    id,
    integration_id: passed.integration.id,
    contact_id: passed.contactId,
    recipient: seal("messages.recipient", passed.address),
    content: seal("messages.content", JSON.stringify(content)),
    template_name: content.type === "template" ? content.name : null,
    template_language: content.type === "template" ? content.language : null,
    purpose: passed.purpose,
    priority: passed.priority,
    status: passed.scheduledFor ? "scheduled" : "queued",
    due_at: passed.scheduledFor ?? ctx.now,
    scheduled_for: passed.scheduledFor,
    waits_for: passed.scheduledFor ? "business_hours" : null,
    external_id: externalId ?? null,
    resend_of: resendOf ?? null,
    outside_window: passed.outsideWindow,
    envelope: contextId === null ? null : seal("messages.envelope", JSON.stringify({ replyTo: contextId })),
    reply_to_index: answers === null ? null : blindIndex("messages.wamid", answers),
    timeline,
    confirms_stop: confirmsStop,
    created_by: `${ctx.actor.type}:${ctx.actor.id}`,
    created_at: ctx.now,
  };
}

function sourceOf(ctx: Ctx, confirmsStop: boolean): TimelineStep["source"] {
  if (confirmsStop) return "webhook";
  return ctx.actor.type === "user" ? "console" : "api";
}
