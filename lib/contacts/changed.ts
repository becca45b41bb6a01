import "server-only";
import { and, eq } from "drizzle-orm";
import { contacts } from "@/db/schema/contacts";
import type { Ctx } from "@/lib/ctx";
import { phoneOfWaId } from "./addresses";
import { resolvePeople } from "./people";

type Change = {
  old: { waId?: string | undefined; userId?: string | undefined; profileName?: string | undefined };
  waId?: string | undefined;
  userId?: string | undefined;
  parentUserId?: string | undefined;
};

/**
 * Follows a person to another number or user id: both lead to the same contact from now on, and what is written goes to the new
 * number. Told twice it changes nothing more.
 */
export async function followPerson(ctx: Ctx, { old, waId, userId, parentUserId }: Change): Promise<void> {
  const [known] = await resolvePeople(ctx, [old]);
  if (!known) return;
  const [contactId] = await resolvePeople(ctx, [{ contactId: known, waId, userId, parentUserId }]);
  const phone = waId ? phoneOfWaId(waId) : null;
  if (!contactId || (!phone && !userId)) return;
  await ctx.db
    .update(contacts)
    .set({ ...(phone && { phone }), ...(userId && { userId }), updatedAt: ctx.now })
    .where(and(eq(contacts.organizationId, ctx.organizationId), eq(contacts.id, contactId)));
}
