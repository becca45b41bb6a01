import "server-only";
import { and, eq, gt, isNull } from "drizzle-orm";
import type { Db } from "@/db/client";
import { links, memberships, sessions, users } from "@/db/schema/organizations";
import { audit } from "@/lib/audit";
import { asThemselves } from "@/lib/ctx";
import { announce } from "@/lib/live";
import { endAllDelegations } from "@/lib/organizations/delegations";
import { dropSecondFactor } from "@/lib/organizations/second-factors";

type User = typeof users.$inferSelect;

/**
 * Someone proved that an address is theirs, of which nobody knows who used it until now: what opened the account before ends, with
 * all that was delegated in its name (password, sessions, second factor, password links, invitations, API tokens). Says so in every
 * organization of the person. The transaction is the caller's.
 */
export async function takeOver(tx: Db, user: User, { ip, now }: { ip: string | null; now: Date }): Promise<void> {
  await tx.update(users).set({ passwordHash: null }).where(eq(users.id, user.id));
  const ended = await tx
    .update(sessions)
    .set({ revokedAt: now })
    .where(and(eq(sessions.userId, user.id), isNull(sessions.revokedAt), gt(sessions.expiresAt, now)))
    .returning({ id: sessions.id });
  await tx
    .update(links)
    .set({ expiresAt: now })
    .where(and(eq(links.userId, user.id), eq(links.kind, "password"), isNull(links.usedAt), gt(links.expiresAt, now)));
  const hadSecondFactor = await dropSecondFactor(tx, user.id);
  const tokens = await endAllDelegations(asThemselves(tx, user, "", ip, now), user.id);
  const details = { password: user.passwordHash !== null, sessions: ended.length, secondFactor: hadSecondFactor, tokens };
  for (const { organizationId } of await tx.select().from(memberships).where(eq(memberships.userId, user.id))) {
    await audit(asThemselves(tx, user, organizationId, ip, now), "identity.proven", { type: "user", id: user.id }, details);
    await announce(tx, organizationId, ["organization"]);
  }
}
