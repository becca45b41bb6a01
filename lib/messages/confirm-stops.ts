import "server-only";
import { and, asc, eq, inArray, isNull } from "drizzle-orm";
import { anyOf } from "@/db/columns";
import { contacts } from "@/db/schema/contacts";
import { integrations } from "@/db/schema/integrations";
import { messages } from "@/db/schema/messages";
import { organizations } from "@/db/schema/organizations";
import { preferenceLink } from "@/lib/contacts/preference-link";
import type { ConsentSettings } from "@/lib/contacts/settings-schema";
import type { SpokenWord, Withdrawal } from "@/lib/contacts/spoken";
import { confirmationOf } from "@/lib/contacts/stop-confirmation";
import type { Ctx } from "@/lib/ctx";
import { newId } from "@/lib/ids";
import { isWindowOpen } from "@/lib/whatsapp/window";
import { PRIORITY } from "./schema";
import { CANCELLABLE } from "./states";
import { storeMessages } from "./store";

type Heard = SpokenWord & { integrationId: string };

/**
 * Queues one confirmation for each person to whom the withdrawal is news, through the number they wrote to, in their language. Who
 * says stop again hears nothing. Free text needs the window, which the person's own message opened; a stop told of too late has none.
 * Answers the numbers through which they leave, to be woken after the commit.
 */
export async function confirmStops(
  tx: Ctx,
  withdrawn: readonly Withdrawal<Heard>[],
  texts: ConsentSettings["confirmations"],
): Promise<string[]> {
  const news = new Map<string, Withdrawal<Heard>>();
  for (const one of withdrawn) if (one.isNews && isWindowOpen(one.word.at, tx.now)) news.set(one.contactId, one);
  if (news.size === 0) return [];
  const people = await readPeople(tx, [...news.keys()]);
  const numbers = await readNumbers(tx, [...new Set([...news.values()].map(({ word }) => word.integrationId))]);
  const [organization] = await tx.db.select().from(organizations).where(eq(organizations.id, tx.organizationId));
  const confirmations = people.flatMap(({ id, phone, userId, language }) => {
    const said = news.get(id);
    const integration = said && numbers.find((one) => one.id === said.word.integrationId);
    const address = phone ?? userId;
    if (!said || !integration || !address || !organization) return [];
    const body = confirmationOf(
      {
        wish: said.purpose === "all" ? "stop" : "stop_offers",
        word: said.word.text,
        personal: language,
        preferred: organization.settings.languages ?? [],
        texts,
      },
      {
        organization: organization.name,
        preferences: preferenceLink({ contactId: id, organizationId: tx.organizationId }),
      },
    );
    return [
      {
        ctx: tx,
        id: newId("msg"),
        confirmsStop: true,
        passed: {
          integration,
          contactId: id,
          address,
          content: { type: "text" as const, body },
          contextId: null,
          purpose: "service" as const,
          priority: PRIORITY.reply,
          outsideWindow: false,
          isConversation: false,
          scheduledFor: null,
          allowanceLeft: null,
        },
      },
    ];
  });
  await storeMessages(tx, confirmations);
  return [...new Set(confirmations.map(({ passed }) => passed.integration.id))];
}

/** Takes back confirmations that have not left: the person wants messages again. Nobody has seen them, so nothing is left of them. */
export async function dropConfirmations(tx: Ctx, contactIds: readonly string[]): Promise<void> {
  if (contactIds.length === 0) return;
  await tx.db
    .delete(messages)
    .where(
      and(
        eq(messages.organizationId, tx.organizationId),
        anyOf(messages.contactId, contactIds),
        eq(messages.confirmsStop, true),
        inArray(messages.status, [...CANCELLABLE]),
      ),
    );
}

function readPeople(tx: Ctx, ids: readonly string[]) {
  return tx.db
    .select({ id: contacts.id, phone: contacts.phone, userId: contacts.userId, language: contacts.language })
    .from(contacts)
    .where(and(eq(contacts.organizationId, tx.organizationId), anyOf(contacts.id, ids)))
    .orderBy(asc(contacts.id));
}

/** The numbers that are still connected, held until the transaction ends. */
function readNumbers(tx: Ctx, ids: readonly string[]) {
  return tx.db
    .select()
    .from(integrations)
    .where(and(eq(integrations.organizationId, tx.organizationId), anyOf(integrations.id, ids), isNull(integrations.deletedAt)))
    .orderBy(asc(integrations.id))
    .for("key share");
}
