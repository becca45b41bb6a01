import "server-only";
import { eq, sql } from "drizzle-orm";
import type { Db } from "@/db/client";
import { memberships, users } from "@/db/schema/organizations";
import { audit } from "@/lib/audit";
import { systemCtx } from "@/lib/ctx";
import { AppError } from "@/lib/errors";
import { createLink } from "@/lib/organizations/links";
import { dropSecondFactor } from "@/lib/organizations/second-factors";
import { DAY_MS } from "@/lib/time";

type ResetOptions = { /** Their phone is lost too: the second factor is taken away at once. */ withSecondFactor?: boolean };

/** A one-time link of 24 hours for a person who lost their password, made by whoever runs the server. Throws `not_found` for an unknown address. */
export async function createResetLink(
  db: Db,
  email: string,
  now: Date,
  { withSecondFactor = false }: ResetOptions = {},
): Promise<{ url: string; expiresAt: Date }> {
  return db.transaction(async (tx) => {
    const [user] = await tx
      .select()
      .from(users)
      .where(eq(sql`lower(${users.email})`, email.trim().toLowerCase()));
    if (!user) throw new AppError("not_found", `Nobody here has the e-mail address ${email}.`);
    const { link, url } = await createLink(tx, {
      kind: "password",
      organizationId: null,
      email: user.email,
      userId: user.id,
      createdBy: "command line",
      now,
      lifetimeMs: DAY_MS,
    });
    const hadSecondFactor = withSecondFactor && (await dropSecondFactor(tx, user.id));
    for (const { organizationId } of await tx.select().from(memberships).where(eq(memberships.userId, user.id))) {
      const ctx = { ...systemCtx(tx, organizationId, "command line"), now };
      await audit(ctx, "member.password_link_created", { type: "user", id: user.id });
      if (hadSecondFactor) await audit(ctx, "second_factor.reset", { type: "user", id: user.id });
    }
    return { url, expiresAt: link.expiresAt };
  });
}
