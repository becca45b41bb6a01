import "server-only";
import { randomBytes } from "node:crypto";
import { and, count, eq, isNotNull, isNull, lt } from "drizzle-orm";
import { Secret, TOTP } from "otpauth";
import type { Db } from "@/db/client";
import { recoveryCodes, secondFactors, users } from "@/db/schema/organizations";
import type { AuditAction } from "@/lib/audit-actions";
import { type Ctx, inTransaction } from "@/lib/ctx";
import { AppError } from "@/lib/errors";
import { blindIndex } from "@/lib/keyring";
import { dropSecondFactor } from "@/lib/organizations/second-factors";
import { auditEverywhere } from "./audit-everywhere";
import { requireOwnPassword } from "./own-password";
import type { ProveSecondFactor, RecoveryCodes, StartedSecondFactor } from "./schema";
import { requirePerson, revokeOtherSessions } from "./sessions";
import { countCodeTry, forgiveCodeTries, type Trier } from "./throttle";

const ISSUER = "Message Console";
const STEP_MS = 30_000;
/** One step before and after: clocks of phones differ. */
const TOLERATED_STEPS = 1;
const SECRET_BYTES = 20;
const RECOVERY_CODES = 10;
/** Letters and digits that nobody takes for one another, 5 bits each. */
const CODE_LETTERS = "ABCDEFGHJKMNPQRSTVWXYZ0123456789";

/** True when the person's sign-in asks for a code. */
export async function hasSecondFactor(db: Db, userId: string): Promise<boolean> {
  const rows = await db
    .select({ userId: secondFactors.userId })
    .from(secondFactors)
    .where(and(eq(secondFactors.userId, userId), isNotNull(secondFactors.confirmedAt)));
  return rows.length > 0;
}

/** How many recovery codes the person has left. */
export async function countRecoveryCodes(db: Db, userId: string): Promise<number> {
  const [row] = await db
    .select({ left: count() })
    .from(recoveryCodes)
    .where(and(eq(recoveryCodes.userId, userId), isNull(recoveryCodes.usedAt)));
  return row?.left ?? 0;
}

/**
 * Makes a secret for the person's authenticator app. It counts once a code of it was given; until then another may be made.
 * Throws `conflict` when there is a second factor already, or nothing that it could be second to.
 */
export async function startSecondFactor(
  ctx: Ctx,
  { currentPassword }: { currentPassword: string },
): Promise<StartedSecondFactor> {
  const user = await readPerson(ctx);
  if (user.passwordHash === null)
    throw new AppError("conflict", "You sign in without a password here: your identity provider asks for a second factor.");
  await requireOwnPassword(ctx, user.id, currentPassword);
  if (await hasSecondFactor(ctx.db, user.id))
    throw new AppError("conflict", "You have a second factor already. Remove it first.");
  const secret = new Secret({ size: SECRET_BYTES }).base32;
  const fresh = { secret, createdAt: ctx.now, confirmedAt: null, lastStep: 0 };
  await ctx.db
    .insert(secondFactors)
    .values({ userId: user.id, ...fresh })
    .onConflictDoUpdate({ target: secondFactors.userId, set: fresh, setWhere: isNull(secondFactors.confirmedAt) });
  return { secret, uri: totpOf(secret, user.email).toString() };
}

/** Makes the started second factor count, by a first code of it. Signs the person's other browsers out, which had none to show. */
export async function confirmSecondFactor(ctx: Ctx, { code }: { code: string }): Promise<RecoveryCodes> {
  const userId = requirePerson(ctx);
  await countCodeTry(ctx.db, userId, byPerson(ctx));
  return inTransaction(ctx, async (tx) => {
    // A sign-in under way without a code ends before, and is signed out, or finds that a code is asked for.
    await tx.db.select({ id: users.id }).from(users).where(eq(users.id, userId)).for("no key update");
    const [started] = await tx.db
      .select()
      .from(secondFactors)
      .where(and(eq(secondFactors.userId, userId), isNull(secondFactors.confirmedAt)))
      .for("update");
    if (!started) throw new AppError("conflict", "No second factor was started, or it counts already.");
    const step = stepOf(started.secret, code, tx.now);
    if (step === null) throw wrongCode();
    await tx.db.update(secondFactors).set({ confirmedAt: tx.now, lastStep: step }).where(eq(secondFactors.userId, userId));
    const codes = await makeRecoveryCodes(tx.db, userId);
    await revokeOtherSessions(tx);
    await tell(tx.db, tx, userId, "second_factor.enabled");
    await forgiveCodeTries(tx.db, userId, byPerson(tx));
    return { recoveryCodes: codes };
  });
}

/** Replaces all recovery codes; the earlier ones end. */
export async function renewRecoveryCodes(ctx: Ctx, input: ProveSecondFactor): Promise<RecoveryCodes> {
  const userId = await proveAgain(ctx, input);
  return inTransaction(ctx, async (tx) => {
    await tell(tx.db, tx, userId, "second_factor.recovery_codes_renewed");
    return { recoveryCodes: await makeRecoveryCodes(tx.db, userId) };
  });
}

/** Takes the person's own second factor away, by their password and a code. */
export async function removeSecondFactor(ctx: Ctx, input: ProveSecondFactor): Promise<void> {
  const userId = await proveAgain(ctx, input);
  await inTransaction(ctx, async (tx) => {
    await dropSecondFactor(tx.db, userId);
    await tell(tx.db, tx, userId, "second_factor.removed");
  });
}

/** Password and code of someone who is signed in already: what follows must not be done by whoever finds their browser open. */
async function proveAgain(ctx: Ctx, { currentPassword, code }: ProveSecondFactor): Promise<string> {
  const userId = requirePerson(ctx);
  await requireOwnPassword(ctx, userId, currentPassword);
  if (!(await hasSecondFactor(ctx.db, userId))) throw new AppError("conflict", "You have no second factor.");
  if (!(await proveCode(ctx.db, userId, code, byPerson(ctx)))) throw wrongCode();
  return userId;
}

/**
 * True when the code is one of the app's now and later than the last that was used, or an unused recovery code, which it uses up.
 * Throws `TooManyAttempts`.
 */
export async function proveCode(db: Db, userId: string, code: string, trier: Trier): Promise<boolean> {
  await countCodeTry(db, userId, trier);
  const typed = code.replace(/[\s-]/g, "").toUpperCase();
  const isRight = /^\d{6}$/.test(typed)
    ? await useStep(db, userId, typed, trier.now)
    : await useRecoveryCode(db, userId, typed, trier);
  if (isRight) await forgiveCodeTries(db, userId, trier);
  return isRight;
}

async function useStep(db: Db, userId: string, code: string, now: Date): Promise<boolean> {
  const mine = and(eq(secondFactors.userId, userId), isNotNull(secondFactors.confirmedAt));
  const [factor] = await db.select().from(secondFactors).where(mine);
  const step = factor ? stepOf(factor.secret, code, now) : null;
  if (step === null) return false;
  // Of two who use the same code at the same time, one finds the step used.
  const used = await db
    .update(secondFactors)
    .set({ lastStep: step })
    .where(and(mine, lt(secondFactors.lastStep, step)))
    .returning({ userId: secondFactors.userId });
  return used.length > 0;
}

async function useRecoveryCode(db: Db, userId: string, code: string, { ip, now }: Trier): Promise<boolean> {
  return db.transaction(async (tx) => {
    const used = await tx
      .update(recoveryCodes)
      .set({ usedAt: now })
      .where(
        and(
          eq(recoveryCodes.userId, userId),
          eq(recoveryCodes.codeHash, fingerprint(userId, code)),
          isNull(recoveryCodes.usedAt),
        ),
      )
      .returning({ userId: recoveryCodes.userId });
    if (used.length === 0) return false;
    await tell(tx, { ip, now }, userId, "second_factor.recovery_code_used");
    return true;
  });
}

/** The time step that a code belongs to; null for a wrong one. Compared in constant time by the library. */
function stepOf(secret: string, code: string, now: Date): number | null {
  const timestamp = now.getTime();
  const delta = totpOf(secret, "").validate({ token: code.replace(/\s/g, ""), timestamp, window: TOLERATED_STEPS });
  return delta === null ? null : Math.floor(timestamp / STEP_MS) + delta;
}

function totpOf(secret: string, label: string): TOTP {
  return new TOTP({
    issuer: ISSUER,
    label,
    secret: Secret.fromBase32(secret),
    algorithm: "SHA1",
    digits: 6,
    period: STEP_MS / 1000,
  });
}

async function makeRecoveryCodes(db: Db, userId: string): Promise<string[]> {
  const codes = Array.from({ length: RECOVERY_CODES }, newCode);
  await db.delete(recoveryCodes).where(eq(recoveryCodes.userId, userId));
  await db.insert(recoveryCodes).values(codes.map((code) => ({ userId, codeHash: fingerprint(userId, code.replace("-", "")) })));
  return codes;
}

/** `ABCDE-FGHJK`: 50 bits of chance. */
function newCode(): string {
  const letters = Array.from(randomBytes(10), (byte) => CODE_LETTERS[byte % CODE_LETTERS.length]).join("");
  return `${letters.slice(0, 5)}-${letters.slice(5)}`;
}

function fingerprint(userId: string, code: string): string {
  return blindIndex("recovery_codes.code_hash", `${userId} ${code}`);
}

async function tell(db: Db, visit: { ip: string | null; now: Date }, userId: string, action: AuditAction): Promise<void> {
  const [user] = await db.select().from(users).where(eq(users.id, userId));
  if (user) await auditEverywhere(db, user, action, visit);
}

async function readPerson(ctx: Ctx): Promise<typeof users.$inferSelect> {
  const [user] = await ctx.db
    .select()
    .from(users)
    .where(eq(users.id, requirePerson(ctx)));
  if (!user) throw new AppError("unauthorized");
  return user;
}

/** Someone who is signed in is no stranger to their account. */
function byPerson(ctx: Ctx): Trier {
  return { ip: ctx.ip, knownBrowser: ctx.sessionId ?? "a session", now: ctx.now };
}

function wrongCode(): AppError {
  return new AppError("validation_failed", undefined, {
    details: [{ path: "code", message: "This code is wrong, or was used already" }],
  });
}
