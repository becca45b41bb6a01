import "server-only";
import { and, eq } from "drizzle-orm";
import { messages } from "@/db/schema/messages";
import { audit } from "@/lib/audit";
import type { Ctx } from "@/lib/ctx";
import { AppError } from "@/lib/errors";
import type { Accepted, SendMessage } from "./schema";
import { sendMessage } from "./send";

/**
 * Sends a failed message, or one whose outcome is unknown, once more as a new message through the whole gate. Only a person
 * decides this: nothing is ever resent silently, and within a day one message is sent again once only. Throws `conflict` for a message that is on its way or arrived.
 */
export async function resendMessage(ctx: Ctx, id: string): Promise<Accepted> {
  const [row] = await ctx.db
    .select()
    .from(messages)
    .where(and(eq(messages.organizationId, ctx.organizationId), eq(messages.id, id)));
  if (!row) throw new AppError("not_found", "There is no message with this id");
  if (row.status !== "failed" && row.status !== "unknown") {
    throw new AppError(
      "conflict",
      `The message is ${row.status}. Only failed messages and those with an unknown outcome can be sent again.`,
      { details: { status: row.status } },
    );
  }
  const wish: SendMessage = {
    phoneNumber: row.recipient,
    integrationId: row.integrationId,
    ...(row.purpose === "service" ? {} : { purpose: row.purpose }),
    ...(row.kind === "text"
      ? { message: row.text }
      : {
          template: row.templateName ?? "",
          ...(row.templateLanguage ? { language: row.templateLanguage } : {}),
          ...(row.templateParams ? { templateParams: row.templateParams } : {}),
        }),
  };
  // The same answer to the second press of the button.
  const accepted = await sendMessage(ctx, wish, `resend:${id}`);
  await audit(ctx, "message.resent", { type: "message", id }, { as: accepted.id, was: row.status });
  return accepted;
}
