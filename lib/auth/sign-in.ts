import "server-only";
import { and, eq, gt, isNull, ne, sql } from "drizzle-orm";
import type { Db } from "@/db/client";
import { links, memberships, sessions, users } from "@/db/schema/organizations";
import { audit } from "@/lib/audit";
import { asThemselves } from "@/lib/ctx";
import { AppError } from "@/lib/errors";
import { newId } from "@/lib/ids";
import { announce } from "@/lib/live";
import { lockAuthority, stillStands } from "@/lib/organizations/authority";
import { endFallenLinksTo } from "@/lib/organizations/delegations";
import { Email } from "@/lib/organizations/schema";
import { hashPassword, isOutdatedHash, isPassword } from "@/lib/passwords";
import { requireRoom } from "@/lib/quotas";
import { TooManyAttempts } from "./attempts";
import { auditEverywhere } from "./audit-everywhere";
import { takeOver } from "./identity";
import { knownBrowserOf } from "./known-browser";
import type { SignInMethod, SignInOutcome } from "./schema";
import { hasSecondFactor, proveCode } from "./second-factor";
import { openSession } from "./session";
import { noteSignIn } from "./sign-in-log";
import { countPasswordTry, forgivePasswordTries } from "./throttle";

/** What is known of the browser that signs in. `cookies` is its header, by which the accounts it was used for know it. */
export type Visit = { ip: string | null; userAgent: string | null; cookies: string | null; now: Date };

export function visitOf(headers: Headers, now: Date): Visit {
  return { ip: headers.get("x-real-ip"), userAgent: headers.get("user-agent"), cookies: headers.get("cookie"), now };
}

export type User = typeof users.$inferSelect;
export type SignIn = { sessionId: string; organizationId: string; user: User };

/**
 * Proves a password. Wrong passwords, unknown people and people without a password take equally long and all give null; of a known
 * person it is written down. Throws `TooManyAttempts` after 10 tries of an account from one network within 15 minutes, or many more
 * from anywhere; browsers that the account knows are counted apart.
 */
export async function provePassword(db: Db, input: { email: string; password: string }, visit: Visit): Promise<User | null> {
  const email = input.email.trim().toLowerCase();
  const [user] = await db
    .select()
    .from(users)
    .where(eq(sql`lower(${users.email})`, email));
  const trier = { ...visit, knownBrowser: user ? knownBrowserOf(visit.cookies, user, visit.now) : null };
  return orNoteRefusal(db, user, visit, async () => {
    await countPasswordTry(db, email, trier);
    const proven = await isPassword(input.password, user?.passwordHash ?? null);
    if (!user) return null;
    if (!proven) {
      await note(db, user, "wrong_password", visit);
      return null;
    }
    await forgivePasswordTries(db, email, trier);
    return user;
  });
}

/** A try that is refused unseen is written down once for the window in which all are. */
async function orNoteRefusal<T>(db: Db, user: User | undefined, visit: Visit, attempt: () => Promise<T>): Promise<T> {
  try {
    return await attempt();
  } catch (error) {
    if (user && error instanceof TooManyAttempts && error.isFirst) await note(db, user, "too_many_attempts", visit);
    throw error;
  }
}

function note(db: Db, user: User, outcome: SignInOutcome, visit: Visit, method: SignInMethod = "password"): Promise<void> {
  return db.transaction((tx) => noteSignIn(tx, user, { ...visit, outcome, method }));
}

/**
 * Signs in with e-mail and password, and a code where the account has a second factor; null when e-mail and password do not fit, or
 * the person belongs to no organization any more. Throws `second_factor_required` when the code is missing, and `wrong_code`.
 */
export async function signInWithPassword(
  db: Db,
  input: { email: string; password: string; code?: string },
  visit: Visit,
): Promise<SignIn | null> {
  const user = await provePassword(db, input, visit);
  if (!user) return null;
  const gaveCode = await requireCode(db, user, input.code, visit);
  if (user.passwordHash && isOutdatedHash(user.passwordHash)) {
    const passwordHash = await hashPassword(input.password);
    const [renewed] = await db
      .update(users)
      .set({ passwordHash })
      .where(and(eq(users.id, user.id), eq(users.passwordHash, user.passwordHash)))
      .returning();
    if (renewed) user.passwordHash = passwordHash;
  }
  return startSession(db, user, visit, "password", {
    // What opens the session may have been taken back while it was proven.
    stillProven: async (tx) => {
      if (!(await hasSamePassword(tx, user))) return false;
      if (!gaveCode && (await hasSecondFactor(tx, user.id))) throw new AppError("second_factor_required");
      return true;
    },
  });
}

/** True while the person's password is the one that was proven; it stays so until the transaction ends. */
export async function hasSamePassword(tx: Db, user: User): Promise<boolean> {
  const [present] = await tx.select().from(users).where(eq(users.id, user.id)).for("no key update");
  return present?.passwordHash === user.passwordHash;
}

/** True when a code was asked for, and given. */
async function requireCode(db: Db, user: User, code: string | undefined, visit: Visit): Promise<boolean> {
  if (!(await hasSecondFactor(db, user.id))) return false;
  if (!code) throw new AppError("second_factor_required");
  const trier = { ...visit, knownBrowser: knownBrowserOf(visit.cookies, user, visit.now) };
  if (await orNoteRefusal(db, user, visit, () => proveCode(db, user.id, code, trier))) return true;
  await note(db, user, "wrong_code", visit);
  throw new AppError("wrong_code");
}

export type OidcProfile = { subject: string; email: string | null; isEmailVerified: boolean; name: string | null };

/**
 * Signs in a person whom the identity provider vouches for: known by their subject, or else by an e-mail address that the provider
 * has verified. An account that used this address unproven is taken over (see `takeOver`), unless its own session asks. Somebody new
 * is let in only with an open invitation to that address.
 */
export async function signInWithOidc(
  db: Db,
  profile: OidcProfile,
  visit: Visit,
  sessionUserId: string | null = null,
): Promise<SignIn | null> {
  const found = await db.transaction(async (tx) => {
    await lockAuthority(tx);
    const [known] = await tx.select().from(users).where(eq(users.oidcSubject, profile.subject));
    if (known) return { user: known, joined: await joinWhereInvited(tx, known, visit) };
    const email = profile.isEmailVerified ? Email.safeParse(profile.email).data : undefined;
    if (!email) return null;
    const proven = { ...profile, email };
    const user = (await proveAddress(tx, proven, visit, sessionUserId)) ?? (await createInvited(tx, proven, visit.now));
    return user && { user, joined: await joinAllInvited(tx, user, visit) };
  });
  return found ? startSession(db, found.user, visit, "oidc", { organizationId: found.joined }) : null;
}

type Proven = OidcProfile & { email: string };

/** Gives the account that uses this address to whom the provider vouches for; null when there is none, or it is somebody else's. */
async function proveAddress(tx: Db, { email, subject, name }: Proven, visit: Visit, sessionUserId: string | null) {
  const [user] = await tx
    .select()
    .from(users)
    .where(and(eq(sql`lower(${users.email})`, email), isNull(users.oidcSubject)))
    .for("update");
  if (!user) return null;
  await tx.update(users).set({ oidcSubject: subject }).where(eq(users.id, user.id));
  if (user.id === sessionUserId) {
    await auditEverywhere(tx, user, "identity.connected", visit);
    return { ...user, oidcSubject: subject };
  }
  const claimed = { ...user, name: name?.trim() || user.name, oidcSubject: subject };
  await tx.update(users).set({ name: claimed.name }).where(eq(users.id, user.id));
  await takeOver(tx, user, visit);
  return { ...claimed, passwordHash: null };
}

async function createInvited(db: Db, { subject, email, name }: Proven, now: Date): Promise<User | null> {
  if ((await openInvitations(db, email, now)).length === 0) return null;
  const [user] = await db
    .insert(users)
    .values({ id: newId("usr", now.getTime()), email, name: name?.trim() || email, oidcSubject: subject, createdAt: now })
    .onConflictDoNothing()
    .returning();
  return user ?? null;
}

/** Someone who belongs nowhere, having been removed, could not use a link: an invitation lets them in by itself. */
async function joinWhereInvited(db: Db, user: User, visit: Visit): Promise<string | undefined> {
  const [membership] = await db.select().from(memberships).where(eq(memberships.userId, user.id)).limit(1);
  return membership ? undefined : joinAllInvited(db, user, visit);
}

/** The organization joined last; undefined when none was. One that is full must not keep the person out of the others. */
async function joinAllInvited(db: Db, user: User, visit: Visit): Promise<string | undefined> {
  let joined: string | undefined;
  for (const link of await openInvitations(db, user.email, visit.now)) {
    try {
      await acceptInvitation(db, user, link, visit);
      joined = link.organizationId ?? joined;
    } catch (error) {
      if (!(error instanceof AppError) || error.code !== "quota_exceeded") throw error;
    }
  }
  return joined;
}

async function openInvitations(db: Db, email: string, now: Date): Promise<(typeof links.$inferSelect)[]> {
  const open = await db
    .select()
    .from(links)
    .where(and(eq(links.kind, "invitation"), eq(links.email, email), isNull(links.usedAt), gt(links.expiresAt, now)))
    .for("update");
  const standing = await Promise.all(open.map((link) => stillStands(db, link, now)));
  return open.filter((_, at) => standing[at]);
}

/**
 * Uses up an invitation and makes the person a member; someone who is a member already keeps their role. Password links of theirs by
 * people without authority in this organization end. Throws `quota_exceeded` where the organization is full.
 */
export async function acceptInvitation(
  db: Db,
  user: User,
  link: typeof links.$inferSelect,
  { ip, now }: Pick<Visit, "ip" | "now">,
): Promise<void> {
  const { id, organizationId, role } = link;
  if (!organizationId || !role) throw new Error("An invitation names no organization or role.");
  const others = and(eq(memberships.organizationId, organizationId), ne(memberships.userId, user.id));
  await requireRoom(db, "members", organizationId, () => db.$count(memberships, others));
  await db.update(links).set({ usedAt: now }).where(eq(links.id, id));
  await db.insert(memberships).values({ organizationId, userId: user.id, role, createdAt: now }).onConflictDoNothing();
  const themselves = asThemselves(db, user, organizationId, ip, now);
  await endFallenLinksTo(themselves, user.id);
  await audit(themselves, "invitation.accepted", { type: "invitation", id }, { role });
  await announce(db, organizationId, ["organization"]);
}

async function startSession(
  db: Db,
  user: User,
  visit: Visit,
  method: SignInMethod,
  { organizationId, stillProven }: { organizationId?: string; stillProven?: (tx: Db) => Promise<boolean> },
): Promise<SignIn | null> {
  return db.transaction(async (tx) => {
    if (stillProven && !(await stillProven(tx))) return null;
    const session = await openSession(tx, { ...visit, userId: user.id, method, organizationId });
    if (!session) return null;
    await tx.update(users).set({ lastSignInAt: visit.now }).where(eq(users.id, user.id));
    await noteSignIn(tx, user, { ...visit, outcome: "signed_in", method });
    await audit(
      asThemselves(tx, user, session.organizationId, visit.ip, visit.now),
      "session.started",
      { type: "session", id: session.id },
      { method },
    );
    return { sessionId: session.id, organizationId: session.organizationId, user };
  });
}

/** Ends a session at the person's own wish. */
export async function signOut(db: Db, sessionId: string, now: Date): Promise<void> {
  await db
    .update(sessions)
    .set({ revokedAt: now })
    .where(and(eq(sessions.id, sessionId), isNull(sessions.revokedAt)));
}

/** The sentence for a sign-in that failed. */
export function wrongPassword(): AppError {
  return new AppError("unauthorized", "The e-mail address or the password is wrong");
}
