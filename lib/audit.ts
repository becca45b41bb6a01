import "server-only";
import { isDeepStrictEqual } from "node:util";
import { auditEntries } from "@/db/schema/organizations";
import type { AuditAction } from "@/lib/audit-actions";
import type { Ctx } from "@/lib/ctx";
import { newId } from "@/lib/ids";

/**
 * Writes what was done into the audit trail, in the transaction of `ctx`. Details must not hold secrets, phone numbers or
 * message texts: name things by id.
 */
export async function audit(
  ctx: Ctx,
  action: AuditAction,
  target: { type: string; id: string },
  details: Record<string, unknown> = {},
): Promise<void> {
  await ctx.db.insert(auditEntries).values({
    id: newId("aud"),
    organizationId: ctx.organizationId,
    actorType: ctx.actor.type,
    actorId: ctx.actor.id,
    actorName: ctx.actor.name,
    action,
    targetType: target.type,
    targetId: target.id,
    details,
    requestId: ctx.requestId,
    ip: ctx.ip,
    at: ctx.now,
  });
}

export type Differences = Record<string, { from: unknown; to: unknown }>;

/** What a change really changes, field by field, for the details of an entry; nothing when all is as it was. */
export function differences<T extends object>(before: T, after: T): Differences {
  const changed = Object.entries(after).filter(([field, to]) => !isDeepStrictEqual(before[field as keyof T], to));
  return Object.fromEntries(changed.map(([field, to]) => [field, { from: before[field as keyof T] ?? null, to }]));
}
