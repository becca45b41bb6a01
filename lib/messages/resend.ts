import "server-only";
import { and, eq } from "drizzle-orm";
import { anyOf } from "@/db/columns";
import { messages } from "@/db/schema/messages";
import { audit } from "@/lib/audit";
import type { Ctx } from "@/lib/ctx";
import { AppError } from "@/lib/errors";
import { getOrganization } from "@/lib/organizations/organizations";
import type { OrganizationSettings } from "@/lib/organizations/schema";
import type { ContentOf, MessageContent } from "@/lib/whatsapp/content";
import { summaryOf } from "@/lib/whatsapp/content-words";
import { OutgoingContacts, OutgoingLocation } from "@/lib/whatsapp/outgoing";
import type { Accepted, SelectionResult, SelectMessages, SendMessage } from "./schema";
import { auditedOf, type Worked, workThrough } from "./select";
import { sendMessage } from "./send";
import { OUTCOME_UNKNOWN } from "./states";
import { storedContent } from "./stored-content";

type Ended = Pick<typeof messages.$inferSelect, "status" | "failure" | "unknownSince" | "purpose"> & {
  /** The copy that was sent of it and not taken back. */
  resentAs: string | null;
};

/** What stands against sending a message again, in one sentence; null when a person may. */
export function whyNotResend(message: Ended, settings: OrganizationSettings): string | null {
  const { status, failure, unknownSince, purpose, resentAs } = message;
  if (status !== "failed" && status !== "unknown")
    return `The message is ${status}. Only failed messages and those with an unknown outcome can be sent again.`;
  if (resentAs !== null) return `It was sent again already, as ${resentAs}.`;
  if (purpose === "authentication") return "A one-time code is not sent again: send a new code.";
  if (status === "failed" && failure?.reason !== OUTCOME_UNKNOWN) return null;
  if (settings.resendUnknown === "never")
    return "The message may have arrived, and the organization's settings do not let it be sent again.";
  if (status === "unknown" && settings.resendUnknown === "after_settling") {
    const until = new Date((unknownSince?.getTime() ?? 0) + settings.unknownSettleMinutes * 60_000);
    return `The message may have arrived, and Meta may still say so. It can be sent again after ${until.toISOString()}.`;
  }
  return null;
}

/**
 * Sends a failed message, or one whose outcome is unknown, once more as a new message through the whole gate. Only a person
 * decides this: nothing is ever resent silently, and one message is sent again once only; after that, its copy may be. Throws
 * `conflict` for a message that is on its way, arrived or was sent again, and for one in doubt when the organization's rule forbids it.
 */
export async function resendMessage(ctx: Ctx, id: string): Promise<Accepted> {
  const [row] = await ctx.db
    .select()
    .from(messages)
    .where(and(eq(messages.organizationId, ctx.organizationId), eq(messages.id, id)));
  if (row?.direction !== "outgoing") throw new AppError("not_found", "There is no message with this id");
  const copies = (await readCopies(ctx, [id])).get(id) ?? NO_COPIES;
  const objection = whyNotResend({ ...row, ...copies }, await getOrganization(ctx));
  if (objection) throw new AppError("conflict", objection, { details: { status: row.status, resentAs: copies.resentAs } });
  const accepted = await sendAgain(ctx, row, copies);
  await audit(ctx, "message.resent", { type: "message", id }, { as: accepted.id, was: row.status });
  return accepted;
}

/** So many go through the gate at a time: they share its statements. */
const AT_ONCE = 100;

/**
 * The same for a selection. Each goes through the whole gate by itself: who may not be sent to again is refused by the gate's
 * reason, what is no failure by its status; where the allowance is used up they wait, as what is sent in bulk does. Audited once, with the numbers.
 */
export async function resendMessages(ctx: Ctx, { dryRun, ...selection }: SelectMessages): Promise<SelectionResult> {
  const settings = await getOrganization(ctx);
  const result = await workThrough(ctx, selection, async (rows): Promise<Worked> => {
    const refused: Worked["refused"] = [];
    const copies = await readCopies(
      ctx,
      rows.map(({ id }) => id),
    );
    const copiesOf = ({ id }: { id: string }) => copies.get(id) ?? NO_COPIES;
    const allowed = rows.filter((row) => {
      const may = whyNotResend({ ...row, ...copiesOf(row) }, settings) === null;
      if (!may) refused.push({ id: row.id, code: refusalCode({ ...row, ...copiesOf(row) }) });
      return may;
    });
    let done = dryRun ? allowed.length : 0;
    for (let i = 0; !dryRun && i < allowed.length; i += AT_ONCE) {
      const part = allowed.slice(i, i + AT_ONCE);
      const sent = await Promise.all(
        part.map((row) =>
          sendAgain(ctx, row, copiesOf(row), { isBulk: true }).catch((error: unknown) => refusedAs(row.id, error)),
        ),
      );
      for (const one of sent) {
        if ("code" in one) refused.push(one);
        else done += 1;
      }
    }
    return { done, refused };
  });
  if (!dryRun && result.done > 0)
    await audit(ctx, "messages.resent", { type: "organization", id: ctx.organizationId }, auditedOf(selection, result));
  return result;
}

function refusalCode({ resentAs, purpose, status }: Ended): string {
  if (resentAs !== null) return "resent";
  return purpose === "authentication" ? "one_time_code" : status;
}

function refusedAs(id: string, error: unknown): { id: string; code: string } {
  if (error instanceof AppError) return { id, code: error.code };
  throw error;
}

type Copies = { resentAs: string | null; takenBack: number };
const NO_COPIES: Copies = { resentAs: null, takenBack: 0 };

/** What was sent of these messages again, of those of which anything was. */
async function readCopies(ctx: Ctx, ids: string[]): Promise<Map<string, Copies>> {
  const rows = await ctx.db
    .select({ id: messages.id, of: messages.resendOf, status: messages.status })
    .from(messages)
    .where(and(eq(messages.organizationId, ctx.organizationId), anyOf(messages.resendOf, ids)));
  const copies = new Map<string, Copies>();
  for (const { id, of, status } of rows) {
    const { resentAs, takenBack } = copies.get(of ?? "") ?? NO_COPIES;
    copies.set(of ?? "", status === "cancelled" ? { resentAs, takenBack: takenBack + 1 } : { resentAs: id, takenBack });
  }
  return copies;
}

async function sendAgain(
  ctx: Ctx,
  row: typeof messages.$inferSelect,
  { takenBack }: Copies,
  { isBulk = false } = {},
): Promise<Accepted> {
  const wish: SendMessage = {
    contactId: row.contactId,
    integrationId: row.integrationId,
    ...(row.externalId ? { externalId: row.externalId } : {}),
    ...(row.purpose === "service" ? {} : { purpose: row.purpose }),
    ...askedAgain(storedContent(row)),
  };
  // The same answer to two presses of the button at once; a copy that was taken back makes room for another one.
  const key = takenBack === 0 ? `resend:${row.id}` : `resend:${row.id}:${takenBack}`;
  return sendMessage(ctx, wish, key, { isBulk, resendOf: row.id });
}

function askedAgain(content: MessageContent): Partial<SendMessage> {
  switch (content.type) {
    case "template": {
      const { name, language, params, header, extras } = content;
      return {
        ...(header && askedAgain(header)),
        template: name,
        ...(language ? { language } : {}),
        ...(params ? { templateParams: params } : {}),
        ...(extras && { templateExtras: { ...extras, cards: extras.cards?.map((file) => ({ media: mediaAgain(file) })) } }),
      };
    }
    case "media":
      return { media: mediaAgain(content) };
    case "interactive": {
      const { type: _, ...interactive } = content;
      return { interactive };
    }
    case "location": {
      const { latitude, longitude, name, address } = content;
      return { location: OutgoingLocation.parse({ latitude, longitude, name, address }) };
    }
    case "contacts":
      return { contacts: OutgoingContacts.parse(content.cards) };
    case "reaction":
      return { reaction: { to: content.to ?? "", emoji: content.emoji } };
    default:
      return { message: summaryOf(content) };
  }
}

function mediaAgain({
  kind,
  fileId,
  mediaId,
  link,
  caption,
  filename,
  voice,
}: ContentOf<"media">): NonNullable<SendMessage["media"]> {
  const id = fileId ?? mediaId ?? undefined;
  return { type: kind, id, link: id === undefined ? link : undefined, caption, filename, voice };
}
