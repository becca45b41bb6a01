import "server-only";
import { eq } from "drizzle-orm";
import type { Db } from "@/db/client";
import { memberships } from "@/db/schema/organizations";
import { audit } from "@/lib/audit";
import type { AuditAction } from "@/lib/audit-actions";
import { asThemselves } from "@/lib/ctx";
import { announce } from "@/lib/live";

/** Writes what a person did to their own account into the trail of each organization that they belong to. */
export async function auditEverywhere(
  db: Db,
  user: { id: string; name: string },
  action: AuditAction,
  { ip, now }: { ip: string | null; now: Date },
): Promise<void> {
  for (const { organizationId } of await db.select().from(memberships).where(eq(memberships.userId, user.id))) {
    await audit(asThemselves(db, user, organizationId, ip, now), action, { type: "user", id: user.id });
    await announce(db, organizationId, ["organization"]);
  }
}
