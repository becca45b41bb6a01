import "server-only";
import { and, asc, desc, eq, gt, isNull, lt, sql } from "drizzle-orm";
import { cache } from "react";
import type { Db } from "@/db/client";
import { anyOf } from "@/db/columns";
import { memberships, organizations, secondFactors, sessions, users } from "@/db/schema/organizations";
import { type Ctx, openDatabase } from "@/lib/ctx";
import { env } from "@/lib/env";
import { newId } from "@/lib/ids";
import { ROLE_SCOPES } from "@/lib/organizations/permissions";
import type { Role } from "@/lib/organizations/schema";
import { decodeSessionCookie, readCookie, SESSION_DAYS, sessionCookieName } from "./cookie";
import type { SignInMethod } from "./schema";

const LAST_SEEN_RESOLUTION_MS = 60_000;

/** The signed-in person and the organization they are looking at. */
export type SignedIn = {
  sessionId: string;
  user: { id: string; name: string; email: string; language: string | null };
  organization: { id: string; name: string; timeZone: string; country: string; languages: string[] };
  /** All the person belongs to, by name. */
  organizations: { id: string; name: string }[];
  role: Role;
  permissions: string[];
  /** The organization asks for a second factor, and this person has none yet: only their own account is open to them. */
  lacksSecondFactor: boolean;
};

/** Who the session cookie of this request belongs to; null when there is none, or it was revoked or has expired. */
export async function sessionFromRequest(db: Db, request: Request, now: Date): Promise<SignedIn | null> {
  const value = readCookie(request.headers.get("cookie"), sessionCookieName());
  return value ? sessionFromCookie(db, value, now) : null;
}

/** The same for server components. Read once per page. */
export const getSession = cache(async (): Promise<SignedIn | null> => {
  const { cookies } = await import("next/headers");
  const value = (await cookies()).get(sessionCookieName())?.value;
  return value ? sessionFromCookie(await openDatabase(), value, new Date()) : null;
});

/** What a server page calls verbs with; null when nobody is signed in. */
export async function pageCtx(): Promise<Ctx | null> {
  const session = await getSession();
  if (!session) return null;
  if (session.lacksSecondFactor) {
    const { redirect } = await import("next/navigation");
    redirect("/second-factor");
  }
  const { headers } = await import("next/headers");
  return {
    db: await openDatabase(),
    ...callerOf(session),
    requestId: newId("req"),
    ip: (await headers()).get("x-real-ip"),
    now: new Date(),
  };
}

/** The part of a context that a session answers for. */
export function callerOf(
  session: SignedIn,
): Pick<Ctx, "organizationId" | "actor" | "scopes" | "sessionId" | "lacksSecondFactor"> {
  return {
    lacksSecondFactor: session.lacksSecondFactor,
    organizationId: session.organization.id,
    actor: { type: "user", id: session.user.id, name: session.user.name },
    scopes: session.permissions,
    sessionId: session.sessionId,
  };
}

/** The same for the cookie's value alone. */
export async function sessionFromCookie(db: Db, value: string, now: Date): Promise<SignedIn | null> {
  const id = await decodeSessionCookie(value);
  return id ? loadSession(db, id, now) : null;
}

async function loadSession(db: Db, id: string, now: Date): Promise<SignedIn | null> {
  const rows = await db
    .select({
      session: sessions,
      user: users,
      role: memberships.role,
      organization: organizations,
      secondFactorAt: secondFactors.confirmedAt,
    })
    .from(sessions)
    .innerJoin(users, eq(users.id, sessions.userId))
    .innerJoin(memberships, eq(memberships.userId, users.id))
    .innerJoin(organizations, eq(organizations.id, memberships.organizationId))
    .leftJoin(secondFactors, eq(secondFactors.userId, users.id))
    .where(and(eq(sessions.id, id), isNull(sessions.revokedAt), gt(sessions.expiresAt, now)))
    .orderBy(asc(organizations.name), asc(organizations.id));
  const current = rows.find((row) => row.organization.id === row.session.organizationId) ?? rows[0];
  if (!current) return null;
  await touch(db, current.session, now);
  const { session, user, organization, role, secondFactorAt } = current;
  const isAsked =
    session.method === "password" && user.passwordHash !== null && organization.settings.requireSecondFactor === true;
  const lacksSecondFactor = isAsked && secondFactorAt === null;
  return {
    sessionId: id,
    user: { id: user.id, name: user.name, email: user.email, language: user.language },
    organization: {
      id: organization.id,
      name: organization.name,
      timeZone: organization.settings.timeZone,
      country: organization.settings.country,
      languages: organization.settings.languages,
    },
    organizations: rows.map((row) => ({ id: row.organization.id, name: row.organization.name })),
    role,
    permissions: lacksSecondFactor ? [] : [...ROLE_SCOPES[role]],
    lacksSecondFactor,
  };
}

async function touch(db: Db, session: typeof sessions.$inferSelect, now: Date): Promise<void> {
  const stale = new Date(now.getTime() - LAST_SEEN_RESOLUTION_MS);
  if (session.lastSeenAt > stale) return;
  await db
    .update(sessions)
    .set({ lastSeenAt: now })
    .where(and(eq(sessions.id, session.id), lt(sessions.lastSeenAt, stale)));
}

/** Opens a session of a person who has proven who they are. It starts in the organization they used last, else in their first. */
export async function openSession(
  db: Db,
  input: {
    userId: string;
    userAgent: string | null;
    ip: string | null;
    now: Date;
    method?: SignInMethod;
    /** One that they have just joined. */
    organizationId?: string;
  },
): Promise<{ id: string; userId: string; organizationId: string } | null> {
  const organizationId = input.organizationId ?? (await homeOf(db, input.userId));
  if (!organizationId) return null;
  const id = newId("ses", input.now.getTime());
  const expiresAt = new Date(input.now.getTime() + SESSION_DAYS * 86_400_000);
  await db.insert(sessions).values({
    id,
    userId: input.userId,
    organizationId,
    method: input.method ?? "password",
    userAgent: input.userAgent?.slice(0, 300) ?? null,
    ip: input.ip,
    createdAt: input.now,
    lastSeenAt: input.now,
    expiresAt,
  });
  await endUnusedSessions(db, input.userId, input.now);
  return { id, userId: input.userId, organizationId };
}

/** A person is signed in in so many browsers at most: those that they used least lately are signed out. */
async function endUnusedSessions(db: Db, userId: string, now: Date): Promise<void> {
  const open = and(eq(sessions.userId, userId), isNull(sessions.revokedAt), gt(sessions.expiresAt, now));
  // One sign-in of a person at a time, so that none is overlooked.
  await db.execute(sql`select pg_advisory_xact_lock(hashtextextended(${`sessions ${userId}`}, 0))`);
  const beyond = await db
    .select({ id: sessions.id })
    .from(sessions)
    .where(open)
    .orderBy(desc(sessions.lastSeenAt), desc(sessions.id))
    .offset(env().QUOTAS.sessions);
  const ids = beyond.map(({ id }) => id);
  if (ids.length > 0) await db.update(sessions).set({ revokedAt: now }).where(anyOf(sessions.id, ids));
}

async function homeOf(db: Db, userId: string): Promise<string | undefined> {
  const [home] = await db
    .select({ id: organizations.id })
    .from(memberships)
    .innerJoin(organizations, eq(organizations.id, memberships.organizationId))
    .leftJoin(sessions, and(eq(sessions.organizationId, organizations.id), eq(sessions.userId, userId)))
    .where(eq(memberships.userId, userId))
    .groupBy(organizations.id)
    .orderBy(sql`max(${sessions.lastSeenAt}) desc nulls last`, asc(organizations.name), asc(organizations.id))
    .limit(1);
  return home?.id;
}
