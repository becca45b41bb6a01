import { Arrivals } from "./arrivals";
import { inbound } from "./decide";
import { displayNumber } from "./display-number";
import { DEFAULT_SANDBOX_SETTINGS, type SandboxSettings } from "./schema";
import {
  type Arrival,
  type Awaitable,
  type Decide,
  type Decision,
  type DueWebhook,
  type Media,
  NEW_PHONE,
  type OwnTemplate,
  type PhoneState,
  type SandboxAccount,
  type SandboxStore,
  type StoredMessage,
} from "./store";
import { WebhookQueue, type WebhookQueueOptions } from "./webhook-queue";

export type RegisterAccount = Pick<
  SandboxAccount,
  "accessToken" | "appSecret" | "businessAccountId" | "phoneNumberId" | "webhookUrl"
> &
  Partial<Pick<SandboxAccount, "appId" | "displayPhoneNumber" | "verifiedName" | "verifyToken">> & {
    settings?: Partial<SandboxSettings>;
  };

export type MemoryStoreOptions = WebhookQueueOptions & {
  /** Everybody has just written: free text is always within the window. */
  openWindows?: boolean;
};

const DAY_MS = 24 * 60 * 60 * 1000;
/** Arrivals of one second may bunch up on the way by this much before the rate counts as exceeded. */
const RATE_GRACE_MS = 50;
const MESSAGES_KEPT = 20_000;

/** A store without a database: for the stand-in alone on a port, for tests and as a load target. */
export class MemoryStore implements SandboxStore {
  readonly arrivals = new Arrivals();
  readonly webhooks: WebhookQueue;
  readonly accounts = new Map<string, SandboxAccount>();
  #byToken = new Map<string, SandboxAccount[]>();
  #phones = new Map<string, Map<string, PhoneState>>();
  #counted = new Map<string, { at: number[]; head: number }>();
  #rates = new Map<string, { at: number[]; head: number }>();
  #messages = new Map<string, StoredMessage>();
  #media = new Map<string, Media & { key: string }>();
  #templates = new Map<string, Map<string, OwnTemplate>>();

  constructor(private readonly options: MemoryStoreOptions = {}) {
    this.webhooks = new WebhookQueue(options);
  }

  registerAccount(given: RegisterAccount): SandboxAccount {
    const account: SandboxAccount = {
      key: given.phoneNumberId,
      appId: "100000000000001",
      displayPhoneNumber: displayNumber(given.phoneNumberId),
      verifiedName: "Sandbox",
      verifyToken: "",
      overrideUrl: null,
      subscribed: true,
      ...given,
      settings: { ...DEFAULT_SANDBOX_SETTINGS, ...given.settings },
    };
    this.accounts.set(account.key, account);
    this.#byToken.clear();
    for (const one of this.accounts.values()) {
      const list = this.#byToken.get(one.accessToken);
      if (list) list.push(one);
      else this.#byToken.set(one.accessToken, [one]);
    }
    return account;
  }

  /** Changes how one number behaves, or all of them. */
  updateSettings(changes: Partial<SandboxSettings>, phoneNumberId?: string): void {
    for (const account of this.accounts.values()) {
      if (phoneNumberId === undefined || account.phoneNumberId === phoneNumberId)
        account.settings = { ...account.settings, ...changes };
    }
  }

  /** Forgets messages, people, counts and webhooks; the accounts stay. */
  reset(): void {
    this.arrivals.reset();
    this.webhooks.clear();
    for (const map of [this.#phones, this.#counted, this.#rates, this.#messages, this.#media, this.#templates]) map.clear();
  }

  accountsOf(token: string): readonly SandboxAccount[] {
    return this.#byToken.get(token) ?? [];
  }

  takeRate(account: SandboxAccount, _nowMs: number): boolean {
    const at = performance.now();
    const taken = ring(this.#rates, account.key);
    expire(taken, at - (1000 - RATE_GRACE_MS));
    if (taken.at.length - taken.head >= account.settings.ratePerSecond) return false;
    taken.at.push(at);
    return true;
  }

  accept(account: SandboxAccount, e164: string, nowMs: number, decide: Decide): Decision {
    const phone = this.phone(account, e164);
    const counted = ring(this.#counted, account.key);
    expire(counted, nowMs - DAY_MS);
    const state = this.options.openWindows ? { ...phone, lastInboundAt: nowMs } : phone;
    const decision = decide(state, counted.at.length - counted.head);
    Object.assign(phone, decision.phone);
    if (decision.phone.countedAt !== undefined) counted.at.push(nowMs);
    if (decision.outcome.kind === "accepted") this.#keep(account, decision.outcome);
    return decision;
  }

  /** A message from a customer: opens the window and owes its webhook. */
  receive(account: SandboxAccount, from: string, text: string, name?: string): StoredMessage {
    const phone = this.phone(account, from);
    if (name !== undefined) phone.name = name;
    const nowMs = Date.now();
    phone.lastInboundAt = nowMs;
    const { message, webhook } = inbound({
      account,
      waId: from.replace(/\D/g, ""),
      country: "XX",
      name: phone.name,
      atMs: nowMs,
      content: { type: "text", body: text },
      own: { type: "text", text: { body: text } },
    });
    this.#keep(account, {
      messages: [message],
      webhooks: account.subscribed && account.settings.webhooks === "on" ? [webhook] : [],
    });
    return message;
  }

  phone(account: SandboxAccount, e164: string): PhoneState {
    let phones = this.#phones.get(account.key);
    if (!phones) {
      phones = new Map();
      this.#phones.set(account.key, phones);
    }
    let phone = phones.get(e164);
    if (!phone) {
      phone = { ...NEW_PHONE };
      phones.set(e164, phone);
    }
    return phone;
  }

  #keep(
    account: SandboxAccount,
    { messages, webhooks }: Pick<Extract<Decision["outcome"], { kind: "accepted" }>, "messages" | "webhooks">,
  ): void {
    for (const message of messages) this.#messages.set(message.id, message);
    if (this.#messages.size > MESSAGES_KEPT) {
      for (const id of this.#messages.keys()) {
        this.#messages.delete(id);
        if (this.#messages.size <= MESSAGES_KEPT) break;
      }
    }
    if (account.overrideUrl === null && account.webhookUrl === null) return;
    for (const webhook of webhooks) this.webhooks.add(account, webhook);
  }

  markRead(_account: SandboxAccount, messageId: string, nowMs: number): boolean {
    const message = this.#messages.get(messageId);
    if (message?.direction !== "customer") return false;
    message.readAt = nowMs;
    return true;
  }

  findMessage(_account: SandboxAccount, messageId: string): StoredMessage | undefined {
    return this.#messages.get(messageId);
  }

  setSubscription(
    account: SandboxAccount,
    { subscribed, overrideUrl }: { subscribed: boolean; overrideUrl: string | null },
  ): void {
    account.subscribed = subscribed;
    account.overrideUrl = overrideUrl;
  }

  saveMedia(account: SandboxAccount, media: Media): void {
    this.#media.set(media.id, { ...media, key: account.key });
  }

  findMedia(account: SandboxAccount, id: string): Awaitable<Media | undefined> {
    const media = this.#media.get(id);
    return media?.key === account.key ? media : undefined;
  }

  hasMedia(account: SandboxAccount, id: string, since: number): boolean {
    const media = this.#media.get(id);
    return media?.key === account.key && media.createdAt > since;
  }

  removeMedia(_account: SandboxAccount, id: string): void {
    this.#media.delete(id);
  }

  ownTemplates(account: SandboxAccount): readonly OwnTemplate[] {
    return [...(this.#templates.get(account.businessAccountId)?.values() ?? [])];
  }

  saveTemplate(account: SandboxAccount, own: OwnTemplate, webhook: DueWebhook | null): void {
    const ofAccount = this.#templates.get(account.businessAccountId) ?? new Map<string, OwnTemplate>();
    this.#templates.set(account.businessAccountId, ofAccount.set(own.template.id, own));
    if (webhook && (account.overrideUrl !== null || account.webhookUrl !== null)) this.webhooks.add(account, webhook);
  }

  observe(arrival: Arrival): void {
    this.arrivals.observe(arrival);
  }
}

type Ring = { at: number[]; head: number };

function ring(rings: Map<string, Ring>, key: string): Ring {
  let found = rings.get(key);
  if (!found) {
    found = { at: [], head: 0 };
    rings.set(key, found);
  }
  return found;
}

/** Drops what is older than `before`; the array is cut only now and then. */
function expire(taken: Ring, before: number): void {
  while (taken.head < taken.at.length && (taken.at[taken.head] ?? 0) <= before) taken.head += 1;
  if (taken.head > 4096) {
    taken.at.splice(0, taken.head);
    taken.head = 0;
  }
}
