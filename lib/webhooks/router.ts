import "server-only";
import { followPerson } from "@/lib/contacts/changed";
import { resolvePeople } from "@/lib/contacts/people";
import { heardCall, heardEcho, heardHistory, heardMessage, heardSystem } from "@/lib/conversations/inbound";
import { type Heard, receiveMessages } from "@/lib/conversations/receive";
import type { Ctx } from "@/lib/ctx";
import { accountOf } from "@/lib/integrations/access";
import { noteAccountUpdate, noteCapability, notePhoneQuality } from "@/lib/integrations/events";
import { pauseIntegration } from "@/lib/integrations/pause";
import { obeyMarketingWords } from "@/lib/messages/cancel-waiting";
import { applyStatuses } from "@/lib/messages/delivery-reports";
import { pauseReason } from "@/lib/messages/refusals";
import { noteTemplateEvent } from "@/lib/templates/events";
import { describeCode } from "@/lib/whatsapp/error-codes";
import type { StatusItem, WebhookItem } from "@/lib/whatsapp/inbound-items";

export type OwnIntegration = { id: string; phoneNumberId: string; businessAccountId: string; sandbox: boolean };
type Kind = WebhookItem["kind"];
type ItemOf<K extends Kind> = Extract<WebhookItem, { kind: K }>;
/** An item with the integration that it speaks of. */
export type Placed<K extends Kind = Kind> = { item: ItemOf<K>; integration: OwnIntegration };

/** Takes all items of its kind that an organization's bodies hold. What it does may be done twice without harm. */
type Handler<K extends Kind> = (ctx: Ctx, placed: readonly Placed<K>[]) => Promise<void>;
type Ignored = { ignored: string };

/** What becomes of each kind. One without a decision does not compile. */
const HANDLERS: { [K in Kind]: Handler<K> | Ignored } = {
  message: (ctx, placed) => receive(ctx, placed, ({ item, integration }) => [heardMessage(integration.id, item)]),
  echo: (ctx, placed) => receive(ctx, placed, ({ item, integration }) => [heardEcho(integration.id, item)]),
  call: (ctx, placed) => receive(ctx, placed, ({ item, integration }) => [heardCall(integration.id, item)]),
  system: noteSystem,
  history: (ctx, placed) => receive(ctx, placed, ({ item, integration }) => heardHistory(integration.id, item)),
  status: applyEach,
  preference: notePreferences,
  template_status: each((ctx, { item, integration }) => noteTemplate(ctx, item, integration)),
  template_quality: each((ctx, { item, integration }) => noteTemplate(ctx, item, integration)),
  template_category: each((ctx, { item, integration }) => noteTemplate(ctx, item, integration)),
  template_components: each((ctx, { item, integration }) => noteTemplate(ctx, item, integration)),
  phone_quality: each((ctx, { item, integration }) => notePhoneQuality(ctx, integration, item)),
  business_capability: each((ctx, { item, integration }) => noteCapability(ctx, integration, item)),
  account_update: each((ctx, { item, integration }) => noteAccountUpdate(ctx, integration, item)),
  errors: each(async (ctx, { item, integration }) => {
    for (const { code } of item.errors) {
      const known = describeCode(code);
      if (known.pauses) await pauseIntegration(ctx, integration.id, pauseReason(code, known.kind), code ?? undefined);
    }
  }),
  call_status: { ignored: "We make no calls, so none of them is ours." },
  contact_sync: {
    ignored: "The phone's address book holds people who never wrote to the business: a person comes in by writing.",
  },
  phone_name: { ignored: "The verified name is read from Meta every hour with the number's other facts." },
  account_review: { ignored: "Tells of the account's review before it may send at all; the connection test shows the result." },
  account_alert: { ignored: "Advice for people in Meta's own words; kept with its body, where it can be read." },
  security: { ignored: "Tells of a changed PIN; the connection test shows a number that is no longer registered." },
  user_action: { ignored: "Tells of clicks on ads and links, which nothing here counts." },
  unhandled: { ignored: "A field that this product does nothing with; kept with its body." },
  malformed_envelope: { ignored: "Set aside as a dead letter by the reader's reason." },
  malformed_change: { ignored: "Set aside as a dead letter by the reader's reason." },
};

/** Runs the handler of a kind over its items; a kind that is ignored does nothing. */
export async function handle(ctx: Ctx, kind: Kind, placed: readonly Placed[]): Promise<void> {
  const handler = HANDLERS[kind];
  if (typeof handler === "function") await (handler as Handler<Kind>)(ctx, placed);
}

/** True when nothing follows from items of this kind. */
export function isIgnored(kind: string): boolean {
  return typeof HANDLERS[kind as Kind] !== "function";
}

function each<K extends Kind>(take: (ctx: Ctx, placed: Placed<K>) => Promise<void>): Handler<K> {
  return async (ctx, placed) => {
    for (const one of placed) await take(ctx, one);
  };
}

async function receive<K extends Kind>(
  ctx: Ctx,
  placed: readonly Placed<K>[],
  read: (placed: Placed<K>) => (Heard | null)[],
): Promise<void> {
  await receiveMessages(
    ctx,
    placed.flatMap(read).filter((heard) => heard !== null),
  );
}

async function noteSystem(ctx: Ctx, placed: readonly Placed<"system">[]): Promise<void> {
  for (const { item } of placed) {
    const { from, fromUserId, newWaId, newUserId, newParentUserId } = item;
    if (newWaId || newUserId)
      await followPerson(ctx, {
        old: { waId: from, userId: fromUserId },
        waId: newWaId,
        userId: newUserId,
        parentUserId: newParentUserId,
      });
  }
  await receive(ctx, placed, ({ item, integration }) => [heardSystem(integration.id, item)]);
}

async function applyEach(ctx: Ctx, placed: readonly Placed<"status">[]): Promise<void> {
  const groups = new Map<string, StatusItem[]>();
  for (const { item, integration } of placed) groups.set(integration.id, [...(groups.get(integration.id) ?? []), item]);
  for (const [integrationId, items] of groups) await applyStatuses(ctx, integrationId, items.map(reported));
}

function reported(item: StatusItem) {
  return {
    wamid: item.wamid,
    status: item.status,
    at: item.at,
    errors: item.errors,
    ...(item.pricing ? { pricing: item.pricing } : {}),
    ...(item.freeEntryUntil ? { freeEntryUntil: item.freeEntryUntil } : {}),
    ...(item.callbackData ? { callbackData: item.callbackData } : {}),
  };
}

function noteTemplate(ctx: Ctx, item: Parameters<typeof noteTemplateEvent>[2], integration: OwnIntegration): Promise<void> {
  return noteTemplateEvent(ctx, { id: integration.id, account: accountOf(integration) }, item);
}

/** Meta's own switch against offers: `signup` and other categories say nothing about it. */
async function notePreferences(ctx: Ctx, placed: readonly Placed<"preference">[]): Promise<void> {
  const told = placed
    .map(({ item }) => item)
    .filter(({ category, value }) => category === "marketing_messages" && (value === "stop" || value === "resume"));
  const people = await resolvePeople(
    ctx,
    told.map(({ waId, userId }) => ({ waId, userId })),
  );
  await obeyMarketingWords(
    ctx,
    told.flatMap(({ value, at }, i) => {
      const contactId = people[i];
      return contactId ? [{ contactId, stops: value === "stop", at: at ?? ctx.now, how: "preference" as const }] : [];
    }),
  );
}
