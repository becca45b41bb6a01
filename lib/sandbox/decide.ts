import { newWamid, scopedUserId, seconds } from "./bodies";
import { type MagicKind, magicKind } from "./magic";
import { type Refusal, refusal, webhookError } from "./meta-error";
import type { SandboxSettings } from "./schema";
import type { AnswerForm, Decision, DueWebhook, PhoneState, SandboxAccount, StoredMessage } from "./store";
import type { Draft } from "./validate";

const DAY_MS = 24 * 60 * 60 * 1000;
const PAIR_SPACING_MS = 6_000;
const PAIR_BURST = 45;
const MAGIC_REFUSALS = 2;

/** When a person's phone and Meta do what, after a message was accepted. */
const DELAYS_MS = { sent: 400, delivered: 1_200, read: 3_000, failed: 800, slow: 30_000, reply: 5_000 };

const TIER_PEOPLE: Record<SandboxSettings["tier"], number> = {
  TIER_50: 50,
  TIER_250: 250,
  TIER_1K: 1_000,
  TIER_2K: 2_000,
  TIER_10K: 10_000,
  TIER_100K: 100_000,
  TIER_UNLIMITED: Number.POSITIVE_INFINITY,
};

export type DecideInput = {
  account: SandboxAccount;
  draft: Draft;
  nowMs: number;
  /** Factor on every delay; 0 makes everything due at once. */
  speed: number;
  answer: AnswerForm;
  random: () => number;
};

/** What becomes of a well-formed message to one person. Pure: the store keeps the result. */
export function decide(
  { account, draft, nowMs, speed, answer, random }: DecideInput,
  phone: PhoneState,
  peopleCounted: number,
): Decision {
  const magic = magicKind(draft.e164);
  const refused = refuseByMagic(magic, draft, phone);
  if (refused) return refused;
  const owed = pairOwed(phone, nowMs);
  if (account.settings.pairLimit && owed + 1 > PAIR_BURST) {
    return {
      phone: {},
      outcome: {
        kind: "refused",
        refusal: refusal(
          131056,
          "Message failed to send because there were too many messages sent from this phone number to the same phone number in a short period of time.",
        ),
      },
    };
  }
  const inWindow = phone.lastInboundAt !== null && nowMs - phone.lastInboundAt < DAY_MS;
  const counts = !inWindow && (phone.countedAt === null || nowMs - phone.countedAt >= DAY_MS);
  const failure = failureOf(
    account,
    draft,
    phone,
    magic,
    inWindow,
    counts && peopleCounted >= TIER_PEOPLE[account.settings.tier],
  );
  const changes: Partial<PhoneState> = { pairOwed: owed + 1, pairAt: nowMs, refusals: 0 };
  if (counts && !failure) changes.countedAt = nowMs;

  const message: StoredMessage = {
    id: newWamid(),
    direction: "business",
    content: draft.content,
    contextId: draft.contextId ?? null,
    callbackData: draft.callbackData ?? null,
    acceptedAt: nowMs,
    sentAt: null,
    deliveredAt: null,
    readAt: null,
    failedAt: null,
    errorCode: null,
  };
  const messages = [message];
  const webhooks = planStatuses({ account, draft, message, phone, magic, failure, nowMs, speed });
  if (!failure && phone.online && (magic === "replies" || magic === "opts_out")) {
    const reply = planReply({
      account,
      draft,
      message,
      phone,
      text: magic === "replies" ? "Thank you!" : "STOP",
      atMs: (message.readAt ?? nowMs) + DELAYS_MS.reply * speed,
    });
    messages.push(reply.message);
    webhooks.push(reply.webhook);
    changes.lastInboundAt = reply.message.acceptedAt;
  }
  return {
    phone: changes,
    outcome: {
      kind: "accepted",
      messages,
      webhooks: disturb(account, webhooks, magic, nowMs, speed, random),
      answer: answerOf(magic, answer, speed),
    },
  };
}

function refuseByMagic(magic: MagicKind | undefined, draft: Draft, phone: PhoneState): Decision | undefined {
  const again = phone.refusals < MAGIC_REFUSALS;
  const as = (cause: Refusal, changes: Partial<PhoneState> = {}): Decision => ({
    phone: changes,
    outcome: { kind: "refused", refusal: cause },
  });
  if (magic === "rate_limit" && again) {
    return as(
      refusal(
        130429,
        "Message failed to send because there were too many messages sent from this phone number in a short period of time.",
      ),
      { refusals: phone.refusals + 1 },
    );
  }
  if (magic === "pair_limit" && again) {
    return as(
      refusal(
        131056,
        "Message failed to send because there were too many messages sent from this phone number to the same phone number in a short period of time.",
      ),
      { refusals: phone.refusals + 1 },
    );
  }
  const { template } = draft.content;
  if (magic === "template_paused" && template)
    return as(refusal(132015, `template name (${template.name}) in ${template.language} is paused because of low quality`));
  if (magic === "restricted")
    return as(refusal(368, "The WhatsApp Business Account is restricted from messaging users because of a policy violation."));
  if (magic === "payment")
    return as(refusal(131042, "Message failed to send because there were one or more errors related to your payment method."));
  if (magic === "empty_error") return { phone: {}, outcome: { kind: "lost", answer: { form: "empty", delayMs: 0 } } };
  return undefined;
}

function pairOwed(phone: PhoneState, nowMs: number): number {
  if (phone.pairAt === null) return 0;
  return Math.max(0, phone.pairOwed - Math.max(0, nowMs - phone.pairAt) / PAIR_SPACING_MS);
}

function failureOf(
  account: SandboxAccount,
  draft: Draft,
  phone: PhoneState,
  magic: MagicKind | undefined,
  inWindow: boolean,
  overTier: boolean,
): Refusal | undefined {
  if (!draft.possible || !phone.onWhatsapp || magic === "not_on_whatsapp") return refusal(131026, "Message undeliverable.");
  if (draft.category === "service" && !inWindow) {
    return refusal(
      131047,
      "Message failed to send because more than 24 hours have passed since the customer last replied to this number.",
    );
  }
  if (draft.category === "marketing") {
    if (phone.marketingStopped || magic === "marketing_stopped") {
      return refusal(
        131050,
        "Unable to deliver the message. This recipient has chosen to stop receiving marketing messages on WhatsApp from your business.",
      );
    }
    if (draft.country === "US" || magic === "marketing_held") {
      return refusal(131049, "In order to maintain a healthy ecosystem engagement, the message failed to be delivered.");
    }
  }
  if (overTier)
    return refusal(
      131048,
      `Message failed to send because the messaging limit ${account.settings.tier} of this business is reached.`,
    );
  return undefined;
}

type StatusInput = {
  account: SandboxAccount;
  draft: Draft;
  message: StoredMessage;
  phone: PhoneState;
  magic: MagicKind | undefined;
  failure: Refusal | undefined;
  nowMs: number;
  speed: number;
};

/** Sets the message's moments and lists the statuses that tell them. */
function planStatuses({ account, draft, message, phone, magic, failure, nowMs, speed }: StatusInput): DueWebhook[] {
  const common = {
    id: message.id,
    recipient_id: draft.waId,
    ...(message.callbackData === null ? {} : { biz_opaque_callback_data: message.callbackData }),
  };
  if (failure) {
    const at = nowMs + DELAYS_MS.failed * speed;
    message.failedAt = at;
    message.errorCode = failure.code;
    const status = { ...common, status: "failed", timestamp: seconds(at), errors: [webhookError(failure)] };
    return [{ step: "failed", messageId: message.id, dueAt: at, part: { field: "messages", statuses: [status], contacts: [] } }];
  }
  const userId = scopedUserId(account, draft.waId, draft.country);
  const contact = { ...(phone.name === null ? {} : { profile: { name: phone.name } }), wa_id: draft.waId, user_id: userId };
  const free = draft.category === "service";
  const pricing = {
    billable: !free,
    pricing_model: "PMP",
    type: free ? "free_customer_service" : "regular",
    category: draft.category,
  };
  const due = (step: "delivered" | "read" | "sent", atMs: number | null): DueWebhook => ({
    step,
    messageId: message.id,
    dueAt: atMs,
    part: {
      field: "messages",
      contacts: [contact],
      statuses: [
        {
          ...common,
          status: step,
          timestamp: seconds(atMs ?? nowMs),
          recipient_user_id: userId,
          ...(step === "read" ? {} : { pricing }),
        },
      ],
    },
  });
  message.sentAt = nowMs + (magic === "early_webhook" ? 0 : DELAYS_MS.sent * speed);
  const statuses = [due("sent", message.sentAt)];
  if (message.content.type === "reaction") return statuses;
  const late = magic === "slow" ? DELAYS_MS.slow - DELAYS_MS.delivered : 0;
  message.deliveredAt = phone.online ? nowMs + (DELAYS_MS.delivered + late) * speed : null;
  statuses.push(due("delivered", message.deliveredAt));
  if (phone.readReceipts && magic !== "never_read") {
    message.readAt = phone.online ? nowMs + (DELAYS_MS.read + late) * speed : null;
    statuses.push(due("read", message.readAt));
  }
  return statuses;
}

type ReplyInput = {
  account: SandboxAccount;
  draft: Draft;
  message: StoredMessage;
  phone: PhoneState;
  text: string;
  atMs: number;
};

function planReply({ account, draft, message, phone, text, atMs }: ReplyInput): { message: StoredMessage; webhook: DueWebhook } {
  return inbound({
    account,
    waId: draft.waId,
    country: draft.country,
    name: phone.name,
    atMs,
    content: { type: "text", body: text },
    own: { type: "text", text: { body: text } },
    context: { from: account.displayPhoneNumber.slice(1), id: message.id },
  });
}

export type InboundInput = {
  account: SandboxAccount;
  waId: string;
  country: string;
  name: string | null;
  atMs: number;
  content: StoredMessage["content"];
  /** The message's `type` and the object of that name. */
  own: Record<string, unknown>;
  context?: { from: string; id: string };
};

/** A message from the customer, as it is kept and as the webhook tells it. */
export function inbound({ account, waId, country, name, atMs, content, own, context }: InboundInput): {
  message: StoredMessage;
  webhook: DueWebhook;
} {
  const userId = scopedUserId(account, waId, country);
  const id = newWamid();
  return {
    message: {
      id,
      direction: "customer",
      content,
      contextId: context?.id ?? null,
      callbackData: null,
      acceptedAt: atMs,
      sentAt: atMs,
      deliveredAt: null,
      readAt: null,
      failedAt: null,
      errorCode: null,
    },
    webhook: {
      step: "inbound",
      messageId: id,
      dueAt: atMs,
      part: {
        field: "messages",
        contacts: [{ profile: { name: name ?? `+${waId}` }, wa_id: waId, user_id: userId }],
        messages: [{ ...(context ? { context } : {}), from: waId, from_user_id: userId, id, timestamp: seconds(atMs), ...own }],
      },
    },
  };
}

/** Doubles, turns round or drops the webhooks as the person's number or the account asks. */
function disturb(
  account: SandboxAccount,
  planned: DueWebhook[],
  magic: MagicKind | undefined,
  nowMs: number,
  speed: number,
  random: () => number,
): DueWebhook[] {
  const { settings } = account;
  if (!account.subscribed || settings.webhooks === "off") return [];
  let webhooks = planned;
  if (magic === "out_of_order" || settings.webhooksShuffled) {
    const moments = webhooks.map((w) => w.dueAt);
    const order = magic === "out_of_order" ? webhooks.map((_, i) => -i) : webhooks.map(random);
    webhooks = webhooks
      .map((webhook, i) => ({ webhook, rank: order[i] ?? 0 }))
      .sort((a, b) => a.rank - b.rank)
      .map(({ webhook }, i) => ({ ...webhook, dueAt: webhook.dueAt === null ? null : (moments[i] ?? nowMs) }));
  }
  if (magic === "duplicate" || settings.webhooksDuplicated) {
    webhooks = webhooks.flatMap((webhook) => [
      webhook,
      { ...webhook, dueAt: webhook.dueAt === null ? null : webhook.dueAt + 200 * speed },
    ]);
  }
  return webhooks;
}

function answerOf(magic: MagicKind | undefined, given: AnswerForm, speed: number): AnswerForm {
  if (magic === "timeout") return { form: "hang", delayMs: 0 };
  if (magic === "html") return { form: "html", delayMs: 0 };
  if (magic === "early_webhook") return { form: "normal", delayMs: given.delayMs + Math.max(500, 1_500 * speed) };
  return given;
}
