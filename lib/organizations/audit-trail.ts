import "server-only";
import { and, desc, eq, gte, like, lt, or, type SQL } from "drizzle-orm";
import { anyOf } from "@/db/columns";
import { contacts } from "@/db/schema/contacts";
import { integrations } from "@/db/schema/integrations";
import { apiTokens, auditEntries, links, organizations, users } from "@/db/schema/organizations";
import type { Ctx } from "@/lib/ctx";
import { type Page, toPage } from "@/lib/http/paging";
import { formatPhone } from "@/lib/phone-format";
import type { AuditEntry, AuditQuery } from "./schema";

/** An action, or a noun with all that was done with one or several of its things: `message.cancelled` and `messages.cancelled`. */
function named(action: string): SQL | undefined {
  const noun = action.replace(/[\\%_]/g, "\\$&");
  return or(eq(auditEntries.action, action), like(auditEntries.action, `${noun}.%`), like(auditEntries.action, `${noun}s.%`));
}

/** What was done in the organization, newest first. `action` may be a noun such as `token`, for all that was done with tokens. */
export async function listAuditEntries(ctx: Ctx, query: AuditQuery): Promise<Page<AuditEntry>> {
  const { action, actor, from, to, cursor } = query;
  const rows = await ctx.db
    .select()
    .from(auditEntries)
    .where(
      and(
        eq(auditEntries.organizationId, ctx.organizationId),
        action ? named(action) : undefined,
        actor ? eq(auditEntries.actorId, actor) : undefined,
        from ? gte(auditEntries.at, new Date(from)) : undefined,
        to ? lt(auditEntries.at, new Date(to)) : undefined,
        cursor ? lt(auditEntries.id, cursor) : undefined,
      ),
    )
    .orderBy(desc(auditEntries.id))
    .limit(query.limit + 1);
  const names = await namesOf(ctx, rows);
  return toPage(rows, query.limit, (row) => toAuditEntry(row, names));
}

type Row = typeof auditEntries.$inferSelect;

/** What the targets are called today. People are named by their account, also those who have left: the entry is about them. */
async function namesOf(ctx: Ctx, rows: readonly Row[]): Promise<Map<string, string>> {
  const idsOf = (type: string) => [
    ...new Set(rows.filter(({ targetType }) => targetType === type).map(({ targetId }) => targetId)),
  ];
  const { db, organizationId } = ctx;
  const read = async (type: string, find: (ids: string[]) => Promise<{ id: string; name: string | null }[]>) => {
    const ids = idsOf(type);
    return ids.length > 0 ? find(ids) : [];
  };
  const found = await Promise.all([
    read("user", (ids) => db.select({ id: users.id, name: users.name }).from(users).where(anyOf(users.id, ids))),
    read("token", (ids) => namedIn(db, apiTokens, organizationId, ids)),
    read("integration", (ids) => namedIn(db, integrations, organizationId, ids)),
    read("contact", async (ids) => {
      const people = await db
        .select({ id: contacts.id, name: contacts.name, phone: contacts.phone })
        .from(contacts)
        .where(and(eq(contacts.organizationId, organizationId), anyOf(contacts.id, ids)));
      return people.map(({ id, name, phone }) => ({ id, name: name ?? (phone && formatPhone(phone)) }));
    }),
    read("invitation", (ids) =>
      db
        .select({ id: links.id, name: links.email })
        .from(links)
        .where(and(eq(links.organizationId, organizationId), anyOf(links.id, ids))),
    ),
    read("organization", (ids) =>
      db
        .select({ id: organizations.id, name: organizations.name })
        .from(organizations)
        .where(and(eq(organizations.id, organizationId), anyOf(organizations.id, ids))),
    ),
  ]);
  return new Map(found.flat().flatMap(({ id, name }) => (name ? [[id, name] as const] : [])));
}

function namedIn(
  db: Ctx["db"],
  table: typeof apiTokens | typeof integrations,
  organizationId: string,
  ids: string[],
): Promise<{ id: string; name: string | null }[]> {
  return db
    .select({ id: table.id, name: table.name })
    .from(table as typeof apiTokens)
    .where(and(eq(table.organizationId, organizationId), anyOf(table.id, ids)));
}

function toAuditEntry(row: Row, names: ReadonlyMap<string, string>): AuditEntry {
  return {
    id: row.id,
    at: row.at.toISOString(),
    actor: { type: row.actorType, id: row.actorId, name: row.actorName },
    action: row.action,
    target: { type: row.targetType, id: row.targetId, name: names.get(row.targetId) ?? null },
    details: row.details,
    ip: row.ip,
  };
}
