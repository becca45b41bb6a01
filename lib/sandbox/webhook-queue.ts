import { webhookBody } from "./bodies";
import { postWebhook, webhookRetryMs } from "./post-webhook";
import type { DueWebhook, SandboxAccount } from "./store";

type Item = { account: SandboxAccount; webhook: DueWebhook; attempts: number };

export type WebhookQueueOptions = {
  /** How many things one body may tell when several are due at once. */
  batch?: number;
  /** Bodies under way at once, per account. */
  concurrency?: number;
  post?: typeof postWebhook;
  now?: () => number;
};

const SLOT_MS = 20;

/** The webhooks of the memory store: kept by the moment they are due, sent in batches, tried again until answered 200. */
export class WebhookQueue {
  readonly counts = { delivered: 0, bodies: 0, failedAttempts: 0 };
  #slots = new Map<number, Item[]>();
  #ready = new Map<string, Item[]>();
  #underWay = new Map<string, number>();
  #nextSlot: number;
  #timer: NodeJS.Timeout | undefined;
  #batch: number;
  #concurrency: number;
  #post: typeof postWebhook;
  #now: () => number;

  constructor({ batch = 100, concurrency = 8, post = postWebhook, now = Date.now }: WebhookQueueOptions = {}) {
    this.#batch = batch;
    this.#concurrency = concurrency;
    this.#post = post;
    this.#now = now;
    this.#nextSlot = Math.floor(now() / SLOT_MS);
  }

  get waiting(): number {
    let count = 0;
    for (const items of this.#slots.values()) count += items.length;
    for (const items of this.#ready.values()) count += items.length;
    return count;
  }

  add(account: SandboxAccount, webhook: DueWebhook): void {
    this.#put({ account, webhook, attempts: 0 }, webhook.dueAt ?? Number.POSITIVE_INFINITY);
  }

  clear(): void {
    this.#slots.clear();
    this.#ready.clear();
    clearTimeout(this.#timer);
    this.#timer = undefined;
  }

  #put(item: Item, dueAt: number): void {
    if (!Number.isFinite(dueAt)) return;
    const slot = Math.max(Math.ceil(dueAt / SLOT_MS), this.#nextSlot);
    const items = this.#slots.get(slot);
    if (items) items.push(item);
    else this.#slots.set(slot, [item]);
    this.#timer ??= setTimeout(() => this.#tick(), SLOT_MS);
  }

  #tick(): void {
    const current = Math.floor(this.#now() / SLOT_MS);
    const due = [...this.#slots.keys()].filter((slot) => slot <= current).sort((a, b) => a - b);
    for (const slot of due) {
      for (const item of this.#slots.get(slot) ?? []) {
        const list = this.#ready.get(item.account.key);
        if (list) list.push(item);
        else this.#ready.set(item.account.key, [item]);
      }
      this.#slots.delete(slot);
    }
    this.#nextSlot = current;
    for (const key of this.#ready.keys()) this.#pump(key);
    this.#timer = this.#slots.size > 0 ? setTimeout(() => this.#tick(), SLOT_MS) : undefined;
  }

  #pump(key: string): void {
    const ready = this.#ready.get(key) ?? [];
    while (ready.length > 0 && (this.#underWay.get(key) ?? 0) < this.#concurrency) {
      const items = ready.splice(0, this.#batch);
      this.#underWay.set(key, (this.#underWay.get(key) ?? 0) + 1);
      void this.#send(items).finally(() => {
        this.#underWay.set(key, (this.#underWay.get(key) ?? 1) - 1);
        this.#pump(key);
      });
    }
    if (ready.length === 0) this.#ready.delete(key);
  }

  async #send(items: Item[]): Promise<void> {
    const account = items[0]?.account;
    const url = account?.overrideUrl ?? account?.webhookUrl;
    if (!account || !url) return;
    const body = webhookBody(
      account,
      items.map((item) => item.webhook.part),
    );
    const failed = await this.#post(url, body, account.appSecret);
    this.counts.bodies += 1;
    if (failed === null) {
      this.counts.delivered += items.length;
      return;
    }
    this.counts.failedAttempts += 1;
    for (const item of items) {
      item.attempts += 1;
      this.#put(item, this.#now() + webhookRetryMs(item.attempts));
    }
  }
}
