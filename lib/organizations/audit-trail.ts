import "server-only";
import { and, desc, eq, gte, like, lt, or } from "drizzle-orm";
import { auditEntries } from "@/db/schema/organizations";
import type { Ctx } from "@/lib/ctx";
import { type Page, toPage } from "@/lib/http/paging";
import type { AuditEntry, AuditQuery } from "./schema";

/** What was done in the organization, newest first. `action` may be a noun such as `token`, for all that was done with tokens. */
export async function listAuditEntries(ctx: Ctx, query: AuditQuery): Promise<Page<AuditEntry>> {
  const { action, actor, from, to, cursor } = query;
  const rows = await ctx.db
    .select()
    .from(auditEntries)
    .where(
      and(
        eq(auditEntries.organizationId, ctx.organizationId),
        action
          ? or(eq(auditEntries.action, action), like(auditEntries.action, `${action.replace(/[\\%_]/g, "\\$&")}.%`))
          : undefined,
        actor ? eq(auditEntries.actorId, actor) : undefined,
        from ? gte(auditEntries.at, new Date(from)) : undefined,
        to ? lt(auditEntries.at, new Date(to)) : undefined,
        cursor ? lt(auditEntries.id, cursor) : undefined,
      ),
    )
    .orderBy(desc(auditEntries.id))
    .limit(query.limit + 1);
  return toPage(rows, query.limit, toAuditEntry);
}

function toAuditEntry(row: typeof auditEntries.$inferSelect): AuditEntry {
  return {
    id: row.id,
    at: row.at.toISOString(),
    actor: { type: row.actorType, id: row.actorId, name: row.actorName },
    action: row.action,
    target: { type: row.targetType, id: row.targetId },
    details: row.details,
    ip: row.ip,
  };
}
