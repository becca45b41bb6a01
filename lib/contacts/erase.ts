import "server-only";
import { and, eq, or, sql } from "drizzle-orm";
import { contactMerges, contacts } from "@/db/schema/contacts";
import { messages } from "@/db/schema/messages";
import { audit } from "@/lib/audit";
import { type Ctx, inTransaction } from "@/lib/ctx";
import { AppError } from "@/lib/errors";
import { announce } from "@/lib/live";

/**
 * Erases a person: the contact with all addresses, the ledger, the conversations and every message in either direction. The audit
 * trail keeps that it was done, by an id that names nobody any more. A message that is leaving at this moment stands against it
 * (`conflict`): its answer must find its row. Raw webhook bodies of the last days are not searched; they end by themselves.
 */
export async function eraseContact(ctx: Ctx, id: string): Promise<void> {
  await inTransaction(ctx, async (tx) => {
    const [row] = await tx.db
      .select({ id: contacts.id })
      .from(contacts)
      .where(and(eq(contacts.organizationId, tx.organizationId), eq(contacts.id, id)))
      .for("update");
    if (!row) throw new AppError("not_found", "There is no contact with this id");
    const held = await tx.db
      .select({ status: messages.status })
      .from(messages)
      .where(and(eq(messages.organizationId, tx.organizationId), eq(messages.contactId, id)))
      .for("update");
    if (held.some(({ status }) => status === "sending"))
      throw new AppError("conflict", "A message to this person is just leaving. Try again in a moment.");
    await tx.db.delete(messages).where(and(eq(messages.organizationId, tx.organizationId), eq(messages.contactId, id)));
    await tx.db.execute(sql`delete from pairs where organization_id = ${tx.organizationId} and contact_id = ${id}`);
    await tx.db.execute(sql`delete from outreach where organization_id = ${tx.organizationId} and contact_id = ${id}`);
    await tx.db
      .delete(contactMerges)
      .where(
        and(
          eq(contactMerges.organizationId, tx.organizationId),
          or(eq(contactMerges.survivorId, id), eq(contactMerges.mergedId, id)),
        ),
      );
    await tx.db.delete(contacts).where(and(eq(contacts.organizationId, tx.organizationId), eq(contacts.id, id)));
    await audit(tx, "contact.erased", { type: "contact", id }, { messages: held.length });
    await announce(tx.db, tx.organizationId, ["contacts", "messages"]);
  });
}
