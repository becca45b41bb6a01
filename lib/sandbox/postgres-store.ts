import "server-only";
import { and, count, eq, gt, isNull, lte, sql } from "drizzle-orm";
import type { Db } from "@/db/client";
import {
  sandboxAccounts,
  sandboxMedia,
  sandboxMessages,
  sandboxPhones,
  sandboxTemplates,
  sandboxWebhooks,
} from "@/db/schema/sandbox";
import { newId } from "@/lib/ids";
import { blindIndex } from "@/lib/keyring";
import { announceSoon } from "@/lib/live";
import { wake } from "@/lib/wake";
import { findSandboxAccount, type IntegrationAccount } from "./accounts";
import { KEPT_BYTES } from "./media-calls";
import type {
  Decide,
  Decision,
  DueWebhook,
  Media,
  OwnTemplate,
  PhoneState,
  SandboxAccount,
  SandboxStore,
  StoredMessage,
} from "./store";

export type PhoneRow = typeof sandboxPhones.$inferSelect;

const DAY_MS = 24 * 60 * 60 * 1000;
/** The oldest files of a number make room for new ones. */
const ALL_KEPT_BYTES = 500 * 1024 * 1024;
/** Sends may bunch up on their way by this share before the rate counts as exceeded. */
const RATE_GRACE = 1.05;

/** The store of the product: one integration's account, its people and messages in PostgreSQL. */
export class PostgresStore implements SandboxStore {
  #organizationId = "";

  constructor(
    private readonly db: Db,
    private readonly integrationId: string,
  ) {}

  async accountsOf(token: string): Promise<IntegrationAccount[]> {
    const account = await findSandboxAccount(this.db, this.integrationId);
    if (account?.accessToken !== token) return [];
    this.#organizationId = account.organizationId;
    return [account];
  }

  async takeRate(account: SandboxAccount, nowMs: number): Promise<boolean> {
    const second = Math.floor(nowMs / 1000);
    const [row] = await this.db
      .update(sandboxAccounts)
      .set({
        rateSecond: second,
        rateCount: sql`case when ${sandboxAccounts.rateSecond} = ${second} then ${sandboxAccounts.rateCount} + 1 else 1 end`,
      })
      .where(eq(sandboxAccounts.integrationId, account.key))
      .returning({ taken: sandboxAccounts.rateCount });
    return (row?.taken ?? 0) <= Math.ceil(account.settings.ratePerSecond * RATE_GRACE);
  }

  async accept(account: SandboxAccount, e164: string, nowMs: number, decide: Decide): Promise<Decision> {
    const decision = await this.db.transaction(async (tx) => {
      const row = await lockPhone(tx, account.key, e164, new Date(nowMs));
      const state = toPhoneState(row);
      const needsCount =
        account.settings.tier !== "TIER_UNLIMITED" && (state.countedAt === null || nowMs - state.countedAt >= DAY_MS);
      const decided = decide(state, needsCount ? await countPeople(tx, account.key, nowMs) : 0);
      const { outcome, phone } = decided;
      await Promise.all([
        changePhone(tx, row.id, phone),
        outcome.kind === "accepted"
          ? keep(tx, account.key, row.id, outcome.messages, outcome.webhooks, new Date(nowMs))
          : undefined,
      ]);
      return decided;
    });
    if (decision.outcome.kind === "accepted") {
      wake({ kind: "sandbox" });
      announceSoon(this.#organizationId, ["sandbox"]);
    }
    return decision;
  }

  async markRead(account: SandboxAccount, messageId: string, nowMs: number): Promise<boolean> {
    const [message] = await this.db
      .select({ phoneId: sandboxMessages.phoneId, acceptedAt: sandboxMessages.acceptedAt })
      .from(sandboxMessages)
      .where(
        and(
          eq(sandboxMessages.integrationId, account.key),
          eq(sandboxMessages.id, messageId),
          eq(sandboxMessages.direction, "customer"),
        ),
      );
    if (!message) return false;
    await this.db
      .update(sandboxMessages)
      .set({ readAt: new Date(nowMs) })
      .where(
        and(
          eq(sandboxMessages.phoneId, message.phoneId),
          eq(sandboxMessages.direction, "customer"),
          lte(sandboxMessages.acceptedAt, message.acceptedAt),
          isNull(sandboxMessages.readAt),
        ),
      );
    return true;
  }

  async findMessage(account: SandboxAccount, messageId: string): Promise<StoredMessage | undefined> {
    const [row] = await this.db
      .select()
      .from(sandboxMessages)
      .where(and(eq(sandboxMessages.integrationId, account.key), eq(sandboxMessages.id, messageId)));
    return row && toStoredMessage(row);
  }

  async setSubscription(
    account: SandboxAccount,
    subscription: { subscribed: boolean; overrideUrl: string | null },
  ): Promise<void> {
    await this.db.update(sandboxAccounts).set(subscription).where(eq(sandboxAccounts.integrationId, account.key));
  }

  async saveMedia(account: SandboxAccount, { bytes, createdAt, ...media }: Media): Promise<void> {
    const content = Buffer.from(bytes).toString("base64");
    await this.db.insert(sandboxMedia).values({ ...media, integrationId: account.key, content, createdAt: new Date(createdAt) });
    await this.db.execute(sql`
      delete from sandbox_media where id in (
        select id from (
          select id, sum(case when size > ${KEPT_BYTES} then 0 else size end) over (order by created_at desc, id desc) as total
          from sandbox_media where integration_id = ${account.key}) newest
        where total > ${ALL_KEPT_BYTES})`);
  }

  async findMedia(account: SandboxAccount, id: string): Promise<Media | undefined> {
    const [row] = await this.db
      .select()
      .from(sandboxMedia)
      .where(and(eq(sandboxMedia.integrationId, account.key), eq(sandboxMedia.id, id)));
    if (!row) return undefined;
    return {
      id,
      mimeType: row.mimeType,
      sha256: row.sha256,
      size: row.size,
      bytes: new Uint8Array(Buffer.from(row.content, "base64")),
      createdAt: row.createdAt.getTime(),
      incoming: row.incoming,
      filename: row.filename,
    };
  }

  async ownTemplates(account: SandboxAccount): Promise<OwnTemplate[]> {
    const rows = await this.db
      .select()
      .from(sandboxTemplates)
      .where(
        and(
          eq(sandboxTemplates.organizationId, this.#organizationId),
          eq(sandboxTemplates.businessAccountId, account.businessAccountId),
        ),
      );
    return rows.map(({ template, reviewedAt, deletedAt }) => ({
      template,
      reviewedAt: reviewedAt.getTime(),
      deletedAt: deletedAt?.getTime() ?? null,
    }));
  }

  async saveTemplate(account: SandboxAccount, own: OwnTemplate, webhook: DueWebhook | null): Promise<void> {
    const { template } = own;
    const row = { template, reviewedAt: new Date(own.reviewedAt), deletedAt: toDate(own.deletedAt) };
    const place = { organizationId: this.#organizationId, businessAccountId: account.businessAccountId, id: template.id };
    const { organizationId, businessAccountId, id } = sandboxTemplates;
    await this.db.transaction(async (tx) => {
      await tx
        .insert(sandboxTemplates)
        .values({ ...place, ...row })
        .onConflictDoUpdate({ target: [organizationId, businessAccountId, id], set: row });
      if (webhook) await keep(tx, account.key, null, [], [webhook], new Date());
    });
    if (webhook) wake({ kind: "sandbox" });
  }

  async hasMedia(account: SandboxAccount, id: string, since: number): Promise<boolean> {
    const rows = await this.db
      .select({ id: sandboxMedia.id })
      .from(sandboxMedia)
      .where(
        and(eq(sandboxMedia.integrationId, account.key), eq(sandboxMedia.id, id), gt(sandboxMedia.createdAt, new Date(since))),
      );
    return rows.length > 0;
  }

  async removeMedia(account: SandboxAccount, id: string): Promise<void> {
    await this.db.delete(sandboxMedia).where(and(eq(sandboxMedia.integrationId, account.key), eq(sandboxMedia.id, id)));
  }
}

/** The phone's row, made if it is new, held until the transaction ends. */
export async function lockPhone(db: Db, integrationId: string, e164: string, now: Date): Promise<PhoneRow> {
  const [row] = await db
    .insert(sandboxPhones)
    .values({ id: newId("sph"), integrationId, phone: e164, phoneIndex: phoneIndex(e164), lastActivityAt: now })
    .onConflictDoUpdate({ target: [sandboxPhones.integrationId, sandboxPhones.phoneIndex], set: { lastActivityAt: now } })
    .returning();
  if (!row) throw new Error("The virtual phone could not be stored.");
  return row;
}

export function phoneIndex(e164: string): string {
  return blindIndex("sandbox_phones.phone", e164);
}

async function countPeople(db: Db, integrationId: string, nowMs: number): Promise<number> {
  const [row] = await db
    .select({ people: count() })
    .from(sandboxPhones)
    .where(and(eq(sandboxPhones.integrationId, integrationId), gt(sandboxPhones.countedAt, new Date(nowMs - DAY_MS))));
  return row?.people ?? 0;
}

async function changePhone(db: Db, id: string, changes: Partial<PhoneState>): Promise<void> {
  const { countedAt, lastInboundAt, pairAt, ...plain } = changes;
  const values = {
    ...plain,
    ...(countedAt === undefined ? {} : { countedAt: toDate(countedAt) }),
    ...(lastInboundAt === undefined ? {} : { lastInboundAt: toDate(lastInboundAt) }),
    ...(pairAt === undefined ? {} : { pairAt: toDate(pairAt) }),
  };
  if (Object.keys(values).length > 0) await db.update(sandboxPhones).set(values).where(eq(sandboxPhones.id, id));
}

/** Stores messages together with the webhooks that will tell of them. */
export async function keep(
  db: Db,
  integrationId: string,
  phoneId: string | null,
  messages: StoredMessage[],
  webhooks: DueWebhook[],
  now: Date,
): Promise<void> {
  if (messages.length > 0 && phoneId !== null) {
    await db.insert(sandboxMessages).values(
      messages.map(({ acceptedAt, sentAt, deliveredAt, readAt, failedAt, ...message }) => ({
        ...message,
        integrationId,
        phoneId,
        acceptedAt: new Date(acceptedAt),
        sentAt: toDate(sentAt),
        deliveredAt: toDate(deliveredAt),
        readAt: toDate(readAt),
        failedAt: toDate(failedAt),
      })),
    );
  }
  if (webhooks.length > 0) {
    await db.insert(sandboxWebhooks).values(
      webhooks.map((webhook) => ({
        id: newId("swh"),
        integrationId,
        phoneId,
        messageId: webhook.messageId,
        step: webhook.step,
        part: webhook.part,
        dueAt: toDate(webhook.dueAt),
        createdAt: now,
      })),
    );
  }
}

export function toPhoneState(row: PhoneRow): PhoneState {
  return {
    name: row.name,
    online: row.online,
    readReceipts: row.readReceipts,
    onWhatsapp: row.onWhatsapp,
    marketingStopped: row.marketingStopped,
    lastInboundAt: row.lastInboundAt?.getTime() ?? null,
    countedAt: row.countedAt?.getTime() ?? null,
    pairOwed: row.pairOwed,
    pairAt: row.pairAt?.getTime() ?? null,
    refusals: row.refusals,
  };
}

export function toStoredMessage(row: typeof sandboxMessages.$inferSelect): StoredMessage {
  return {
    id: row.id,
    direction: row.direction,
    content: row.content,
    contextId: row.contextId,
    callbackData: row.callbackData,
    acceptedAt: row.acceptedAt.getTime(),
    sentAt: row.sentAt?.getTime() ?? null,
    deliveredAt: row.deliveredAt?.getTime() ?? null,
    readAt: row.readAt?.getTime() ?? null,
    failedAt: row.failedAt?.getTime() ?? null,
    errorCode: row.errorCode,
  };
}

function toDate(ms: number | null): Date | null {
  return ms === null ? null : new Date(ms);
}
