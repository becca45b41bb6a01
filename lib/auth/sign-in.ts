import "server-only";
import { and, eq, gt, isNull, sql } from "drizzle-orm";
import type { Db } from "@/db/client";
import { links, memberships, sessions, users } from "@/db/schema/organizations";
import { audit } from "@/lib/audit";
import { AppError } from "@/lib/errors";
import { newId } from "@/lib/ids";
import { announce } from "@/lib/live";
import { countAttempt, forgetAttempts } from "./attempts";
import { hashPassword, isOutdatedHash, isPassword } from "./passwords";
import { openSession } from "./session";

const QUARTER_HOUR_MS = 15 * 60_000;
const PER_EMAIL = { limit: 10, windowMs: QUARTER_HOUR_MS };
const PER_ADDRESS = { limit: 50, windowMs: QUARTER_HOUR_MS };

/** What is known of the browser that signs in. */
export type Visit = { ip: string | null; userAgent: string | null; now: Date };
type User = typeof users.$inferSelect;
type SignIn = { sessionId: string; user: { id: string; name: string; email: string } };

/**
 * Proves a password. Wrong passwords, unknown people and people without a password take equally long and all give null.
 * Throws `too_many_attempts` after 10 tries for an e-mail address or 50 from a network address within 15 minutes.
 */
export async function provePassword(
  db: Db,
  input: { email: string; password: string },
  visit: Omit<Visit, "userAgent">,
): Promise<User | null> {
  const email = input.email.trim().toLowerCase();
  if (visit.ip) await countAttempt(db, `sign-in from ${visit.ip}`, PER_ADDRESS, visit.now);
  await countAttempt(db, `sign-in as ${email}`, PER_EMAIL, visit.now);
  const [user] = await db
    .select()
    .from(users)
    .where(eq(sql`lower(${users.email})`, email));
  const proven = await isPassword(input.password, user?.passwordHash ?? null);
  if (!user || !proven) return null;
  await forgiveAttempts(db, email, visit.now);
  return user;
}

/** Someone who has proven themselves may try again at once, also after others tried their name. */
export async function forgiveAttempts(db: Db, email: string, now: Date): Promise<void> {
  await forgetAttempts(db, `sign-in as ${email.toLowerCase()}`, now);
}

/** Signs in with e-mail and password; null when they do not fit, or the person belongs to no organization any more. */
export async function signInWithPassword(
  db: Db,
  input: { email: string; password: string },
  visit: Visit,
): Promise<SignIn | null> {
  const user = await provePassword(db, input, visit);
  if (!user) return null;
  if (user.passwordHash && isOutdatedHash(user.passwordHash)) {
    await db
      .update(users)
      .set({ passwordHash: await hashPassword(input.password) })
      .where(eq(users.id, user.id));
  }
  return startSession(db, user, visit, "password");
}

/**
 * Signs in a person whom the identity provider vouches for: known by their subject, or else by an e-mail address that the
 * provider has verified. Somebody new is let in only with an open invitation to that address.
 */
export async function signInWithOidc(
  db: Db,
  profile: { subject: string; email: string | null; isEmailVerified: boolean; name: string | null },
  visit: Visit,
): Promise<SignIn | null> {
  const user = await db.transaction(async (tx) => {
    const [known] = await tx.select().from(users).where(eq(users.oidcSubject, profile.subject));
    const found =
      known ??
      (profile.isEmailVerified && profile.email
        ? await findByEmail(tx, { ...profile, email: profile.email.toLowerCase() }, visit.now)
        : null);
    if (found) await joinWhereInvited(tx, found, visit.now);
    return found;
  });
  return user ? startSession(db, user, visit, "oidc") : null;
}

type VerifiedProfile = { subject: string; email: string; name: string | null };

async function findByEmail(db: Db, profile: VerifiedProfile, now: Date): Promise<User | null> {
  return (await linkSubject(db, profile.email, profile.subject)) ?? (await createInvited(db, profile, now));
}

async function linkSubject(db: Db, email: string, oidcSubject: string): Promise<User | null> {
  const [linked] = await db
    .update(users)
    .set({ oidcSubject })
    .where(and(eq(sql`lower(${users.email})`, email), isNull(users.oidcSubject)))
    .returning();
  return linked ?? null;
}

async function createInvited(db: Db, { subject, email, name }: VerifiedProfile, now: Date): Promise<User | null> {
  const invitations = await openInvitations(db, email, now);
  if (invitations.length === 0) return null;
  const [user] = await db
    .insert(users)
    .values({ id: newId("usr", now.getTime()), email, name: name?.trim() || email, oidcSubject: subject, createdAt: now })
    .onConflictDoNothing()
    .returning();
  return user ?? null;
}

/** Someone who belongs nowhere, new or removed, could not use a link: an invitation lets them in by itself. */
async function joinWhereInvited(db: Db, user: User, now: Date): Promise<void> {
  const [membership] = await db.select().from(memberships).where(eq(memberships.userId, user.id)).limit(1);
  if (membership) return;
  for (const link of await openInvitations(db, user.email, now)) await acceptInvitation(db, user, link, { ip: null, now });
}

function openInvitations(db: Db, email: string, now: Date) {
  return db
    .select()
    .from(links)
    .where(and(eq(links.kind, "invitation"), eq(links.email, email), isNull(links.usedAt), gt(links.expiresAt, now)))
    .for("update");
}

/** Uses up an invitation and makes the person a member; someone who is a member already keeps their role. */
export async function acceptInvitation(
  db: Db,
  user: User,
  link: typeof links.$inferSelect,
  { ip, now }: Omit<Visit, "userAgent">,
): Promise<void> {
  const { id, organizationId, role } = link;
  if (!organizationId || !role) throw new Error("An invitation names no organization or role.");
  await db.update(links).set({ usedAt: now }).where(eq(links.id, id));
  await db.insert(memberships).values({ organizationId, userId: user.id, role, createdAt: now }).onConflictDoNothing();
  await audit(asThemselves(db, user, organizationId, ip, now), "invitation.accepted", { type: "invitation", id }, { role });
  await announce(db, organizationId, ["organization"]);
}

async function startSession(db: Db, user: User, visit: Visit, method: "password" | "oidc"): Promise<SignIn | null> {
  return db.transaction(async (tx) => {
    const session = await openSession(tx, { ...visit, userId: user.id });
    if (!session) return null;
    await tx.update(users).set({ lastSignInAt: visit.now }).where(eq(users.id, user.id));
    await audit(
      asThemselves(tx, user, session.organizationId, visit.ip, visit.now),
      "session.started",
      { type: "session", id: session.id },
      { method },
    );
    return { sessionId: session.id, user: { id: user.id, name: user.name, email: user.email } };
  });
}

/** Ends a session at the person's own wish. */
export async function signOut(db: Db, sessionId: string, now: Date): Promise<void> {
  await db
    .update(sessions)
    .set({ revokedAt: now })
    .where(and(eq(sessions.id, sessionId), isNull(sessions.revokedAt)));
}

/** A context for what a person does before they have a session. */
export function asThemselves(db: Db, user: { id: string; name: string }, organizationId: string, ip: string | null, now: Date) {
  return {
    db,
    organizationId,
    actor: { type: "user" as const, id: user.id, name: user.name },
    scopes: [],
    requestId: newId("req", now.getTime()),
    ip,
    now,
  };
}

/** The sentence for a sign-in that failed. */
export function wrongPassword(): AppError {
  return new AppError("unauthorized", "The e-mail address or the password is wrong");
}
