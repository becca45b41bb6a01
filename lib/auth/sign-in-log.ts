import "server-only";
import { and, desc, eq, lt } from "drizzle-orm";
import type { Db } from "@/db/client";
import { memberships, signIns } from "@/db/schema/organizations";
import { audit } from "@/lib/audit";
import { asThemselves, type Ctx } from "@/lib/ctx";
import { type Page, type PageQuery, toPage } from "@/lib/http/paging";
import { newId } from "@/lib/ids";
import type { SignIn, SignInMethod, SignInOutcome } from "./schema";
import { requirePerson } from "./sessions";

const KEPT_MS = 90 * 86_400_000;
const USER_AGENT_LENGTH = 300;

type Try = { outcome: SignInOutcome; method: SignInMethod; ip: string | null; userAgent: string | null; now: Date };

/** Writes down how a try to sign in ended: for the person, and when it was refused in the audit trail of all their organizations. */
export async function noteSignIn(db: Db, user: { id: string }, { outcome, method, ip, userAgent, now }: Try): Promise<void> {
  await db.insert(signIns).values({
    id: newId("sgn", now.getTime()),
    userId: user.id,
    outcome,
    method,
    ip,
    userAgent: userAgent?.slice(0, USER_AGENT_LENGTH) ?? null,
    at: now,
  });
  await db.delete(signIns).where(and(eq(signIns.userId, user.id), lt(signIns.at, new Date(now.getTime() - KEPT_MS))));
  if (outcome === "signed_in") return;
  const homes = await db.select().from(memberships).where(eq(memberships.userId, user.id));
  for (const { organizationId } of homes) {
    const stranger = { ...asThemselves(db, { id: "", name: "" }, organizationId, ip, now), actor: STRANGER };
    await audit(stranger, "session.refused", { type: "user", id: user.id }, { reason: outcome, method });
  }
}

const STRANGER = { type: "stranger" as const, id: "", name: "" };

/** The person's sign-ins of the last 90 days and those that were refused, newest first. */
export async function listSignIns(ctx: Ctx, query: PageQuery): Promise<Page<SignIn>> {
  const rows = await ctx.db
    .select()
    .from(signIns)
    .where(and(eq(signIns.userId, requirePerson(ctx)), query.cursor ? lt(signIns.id, query.cursor) : undefined))
    .orderBy(desc(signIns.id))
    .limit(query.limit + 1);
  return toPage(rows, query.limit, ({ id, outcome, method, userAgent, ip, at }) => ({
    id,
    outcome,
    method,
    userAgent,
    ip,
    at: at.toISOString(),
  }));
}
