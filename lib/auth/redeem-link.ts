import "server-only";
import { and, eq, gt, isNull, sql } from "drizzle-orm";
import type { Db } from "@/db/client";
import { links, memberships, organizations, sessions, users } from "@/db/schema/organizations";
import { sha256 } from "@/lib/crypto";
import { AppError } from "@/lib/errors";
import { newId } from "@/lib/ids";
import { lockAuthority, stillStands } from "@/lib/organizations/authority";
import type { LinkPreview, UsedLink, UseLink } from "@/lib/organizations/schema";
import { hashPassword } from "@/lib/passwords";
import { auditEverywhere } from "./audit-everywhere";
import { takeOver } from "./identity";
import { oidcName } from "./oidc";
import { hasSecondFactor } from "./second-factor";
import { sessionFromRequest } from "./session";
import { acceptInvitation, hasSamePassword, provePassword, visitOf, wrongPassword } from "./sign-in";
import { forgivePasswordTries } from "./throttle";

type Link = typeof links.$inferSelect;
type User = typeof users.$inferSelect;
type Stranger = { db: Db; ip: string | null; now: Date };

/** What the bearer of a link may know before using it. Throws `not_found` when it was used, withdrawn or has expired. */
export async function previewLink({ db, now }: Omit<Stranger, "ip">, token: string): Promise<LinkPreview> {
  const link = await findLink(db, token, now);
  const [organization] = link.organizationId
    ? await db.select({ name: organizations.name }).from(organizations).where(eq(organizations.id, link.organizationId))
    : [];
  return { kind: link.kind, email: link.email, organizationName: organization?.name ?? null, role: link.role };
}

/**
 * Uses a link up, if whoever made it could still make it. A password link sets the password and ends all sessions of the person. An
 * invitation makes a new person, or lets one with an account in who proves themselves by their current password or session; it never
 * changes the password of an account that is in use. Whether an address has an account is only told to who acts on it: a new person
 * is made, or a try of the password is counted and written down.
 */
export async function redeemLink(stranger: Stranger & { request: Request }, input: UseLink): Promise<UsedLink> {
  const { db, now } = stranger;
  const link = await findLink(db, input.token, now);
  const user = await userOf(db, link);
  if (link.kind === "password") await setPassword(stranger, link, user, input.password);
  else if (user && (await isInUse(db, user))) await joinAsKnown(stranger, link, user, input);
  else if (input.name === undefined && input.password !== undefined) await refuseUnknown(stranger, link, input.password);
  else await joinAsNew(stranger, link, user, input);
  return { kind: link.kind, email: link.email, organizationId: link.organizationId };
}

async function setPassword(
  { db, ip, now }: Stranger,
  link: Link,
  user: User | undefined,
  password: string | undefined,
): Promise<void> {
  if (!user) throw noSuchLink();
  const passwordHash = await hashPassword(required(password, "password", "Choose a password"));
  await db.transaction(async (tx) => {
    await claimLink(tx, link, now);
    await forgivePasswordTries(tx, user.email, { ip, knownBrowser: null, now });
    await tx.update(users).set({ passwordHash }).where(eq(users.id, user.id));
    await tx
      .update(links)
      .set({ usedAt: now })
      .where(and(eq(links.userId, user.id), eq(links.kind, "password"), isNull(links.usedAt)));
    await tx
      .update(sessions)
      .set({ revokedAt: now })
      .where(and(eq(sessions.userId, user.id), isNull(sessions.revokedAt)));
    await auditEverywhere(tx, user, "password.reset", { ip, now });
  });
}

/**
 * An account that belongs to no organization, of an address that nobody proved, is in nobody's use: who is invited begins it anew.
 * One that the identity provider vouched for stays theirs.
 */
async function isInUse(db: Db, user: User): Promise<boolean> {
  if (user.oidcSubject !== null && oidcName() !== null) return true;
  const [membership] = await db.select().from(memberships).where(eq(memberships.userId, user.id)).limit(1);
  return membership !== undefined;
}

async function joinAsKnown(
  stranger: Stranger & { request: Request },
  link: Link,
  user: User,
  { name, password }: UseLink,
): Promise<void> {
  const { db, now, request } = stranger;
  const session = await sessionFromRequest(db, request, now);
  if (session?.user.id !== user.id) await requirePassword(stranger, user, name, password);
  await db.transaction(async (tx) => {
    await claimLink(tx, link, now);
    if (!(await hasSamePassword(tx, user))) throw wrongPassword();
    await acceptInvitation(tx, user, link, stranger);
  });
}

async function requirePassword(
  { db, now, request }: Stranger & { request: Request },
  user: User,
  name: string | undefined,
  password: string | undefined,
): Promise<void> {
  if (password === undefined) throw signInFirst(user.email);
  const proven = await provePassword(db, { email: user.email, password }, visitOf(request.headers, now));
  if (!proven) {
    throw name === undefined
      ? wrongPassword()
      : new AppError(
          "unauthorized",
          "This address has an account here already, with another password. Give that, or sign in first.",
        );
  }
  // A code is good once: who has a second factor signs in, and joins by the session.
  if (await hasSecondFactor(db, user.id)) throw new AppError("second_factor_required");
}

/** Answers as for a wrong password, and takes as long. */
async function refuseUnknown(
  { db, now, request }: Stranger & { request: Request },
  link: Link,
  password: string,
): Promise<never> {
  await provePassword(db, { email: link.email, password }, visitOf(request.headers, now));
  throw wrongPassword();
}

async function joinAsNew({ db, ip, now }: Stranger, link: Link, abandoned: User | undefined, input: UseLink): Promise<void> {
  if (input.name === undefined && input.password === undefined) throw signInFirst(link.email);
  const name = required(input.name, "name", "Give your name");
  const passwordHash = await hashPassword(required(input.password, "password", "Choose a password"));
  await db.transaction(async (tx) => {
    await claimLink(tx, link, now);
    if (abandoned) await takeOver(tx, abandoned, { ip, now });
    const [user] = abandoned
      ? await tx.update(users).set({ name, passwordHash, oidcSubject: null }).where(eq(users.id, abandoned.id)).returning()
      : await tx
          .insert(users)
          .values({ id: newId("usr", now.getTime()), email: link.email, name, passwordHash, createdAt: now })
          .onConflictDoNothing()
          .returning();
    if (!user)
      throw new AppError("conflict", "Someone with this e-mail address has just been added. Sign in to accept the invitation.");
    await acceptInvitation(tx, user, link, { ip, now });
  });
}

/**
 * Marks the link as used; the loser of a race finds it used. Judged anew, since the password took its time: whoever took the link or
 * its maker's authority back meanwhile was first.
 */
async function claimLink(tx: Db, link: Link, now: Date): Promise<void> {
  await lockAuthority(tx);
  const isOpen = and(eq(links.id, link.id), isNull(links.usedAt), gt(links.expiresAt, sql`clock_timestamp()`));
  const [claimed] = await tx.update(links).set({ usedAt: now }).where(isOpen).returning();
  if (!claimed || !(await stillStands(tx, claimed, new Date()))) throw noSuchLink();
}

async function findLink(db: Db, token: string, now: Date): Promise<Link> {
  const [link] = await db
    .select()
    .from(links)
    .where(and(eq(links.tokenHash, sha256(token)), isNull(links.usedAt), gt(links.expiresAt, now)));
  if (!link || !(await stillStands(db, link, now))) throw noSuchLink();
  return link;
}

async function userOf(db: Db, link: Link): Promise<User | undefined> {
  const [user] = await db
    .select()
    .from(users)
    .where(link.userId ? eq(users.id, link.userId) : eq(sql`lower(${users.email})`, link.email));
  return user;
}

function noSuchLink(): AppError {
  return new AppError("not_found", "This link was used already, withdrawn or has expired");
}

function signInFirst(email: string): AppError {
  return new AppError(
    "unauthorized",
    `Sign in as ${email} to accept this invitation, or give a name and a password if you are new`,
  );
}

function required(value: string | undefined, path: string, message: string): string {
  if (value === undefined) throw new AppError("validation_failed", undefined, { details: [{ path, message }] });
  return value;
}
