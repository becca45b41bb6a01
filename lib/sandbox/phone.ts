import "server-only";
import { and, asc, count, desc, eq, gt, inArray, isNull, or } from "drizzle-orm";
import type { Db } from "@/db/client";
import { sandboxAccounts, sandboxMessages, sandboxPhones, sandboxWebhooks } from "@/db/schema/sandbox";
import { type Ctx, inTransaction } from "@/lib/ctx";
import { env } from "@/lib/env";
import { AppError } from "@/lib/errors";
import { newId } from "@/lib/ids";
import { announce } from "@/lib/live";
import { phoneCountry, toE164 } from "@/lib/phone";
import { wake } from "@/lib/wake";
import { type IntegrationAccount, registerAccount, requireSandboxAccount } from "./accounts";
import { scopedUserId, seconds } from "./bodies";
import { inbound } from "./decide";
import { requirePhoneFile } from "./phone-files";
import { saidBy } from "./phone-says";
import { keep, lockPhone, type PhoneRow, phoneIndex, toStoredMessage } from "./postgres-store";
import type {
  ReplyFromPhone,
  SandboxChat,
  SandboxChatList,
  SandboxControl,
  SandboxMessage,
  SandboxPhone,
  SetPhonePresence,
  UpdateSandboxSettings,
} from "./schema";
import type { StoredMessage, WebhookPart } from "./store";

const WINDOW_MS = 24 * 60 * 60 * 1000;
const CHATS_SHOWN = 50;
const MESSAGES_SHOWN = 200;
/** How soon a phone that comes back from airplane mode gets and shows what waited. */
const BACK_ONLINE_MS = { delivered: 800, read: 2_600 };

/** The phones that have talked with the integration's number, the latest first. */
export async function listPhoneChats(ctx: Ctx, integrationId: string): Promise<SandboxChatList> {
  await requireSandboxAccount(ctx, integrationId);
  const phones = await ctx.db
    .select()
    .from(sandboxPhones)
    .where(eq(sandboxPhones.integrationId, integrationId))
    .orderBy(desc(sandboxPhones.lastActivityAt), desc(sandboxPhones.id))
    .limit(CHATS_SHOWN);
  const latest = await ctx.db
    .selectDistinctOn([sandboxMessages.phoneId])
    .from(sandboxMessages)
    .where(
      inArray(
        sandboxMessages.phoneId,
        phones.map((phone) => phone.id),
      ),
    )
    .orderBy(sandboxMessages.phoneId, desc(sandboxMessages.acceptedAt), desc(sandboxMessages.id));
  const nowMs = ctx.now.getTime();
  const items = phones.map((phone) => {
    const message = latest.find((row) => row.phoneId === phone.id);
    return {
      ...toPhone(phone, nowMs),
      lastActivityAt: phone.lastActivityAt.toISOString(),
      lastMessage: message ? toMessage(toStoredMessage(message), nowMs) : null,
    };
  });
  return { items };
}

/** One phone's chat with the number, with the ticks as they stand now. A number never seen before is an empty chat. */
export async function getPhoneChat(ctx: Ctx, integrationId: string, phone: string): Promise<SandboxChat> {
  const account = await requireSandboxAccount(ctx, integrationId);
  const e164 = requireNumber(phone);
  const row = await findPhone(ctx.db, integrationId, e164);
  const nowMs = ctx.now.getTime();
  const stored = row
    ? await ctx.db
        .select()
        .from(sandboxMessages)
        .where(eq(sandboxMessages.phoneId, row.id))
        .orderBy(desc(sandboxMessages.acceptedAt), desc(sandboxMessages.id))
        .limit(MESSAGES_SHOWN)
    : [];
  const messages = stored.map(toStoredMessage).reverse();
  const coming = messages
    .flatMap((m) => [m.acceptedAt, m.sentAt, m.deliveredAt, m.readAt, m.failedAt])
    .filter((at): at is number => at !== null && at > nowMs);
  return {
    ...toPhone(row ?? { ...BLANK_PHONE, phone: e164 }, nowMs),
    businessName: account.verifiedName,
    businessPhone: account.displayPhoneNumber,
    messages: messages.filter((m) => m.acceptedAt <= nowMs).map((m) => toMessage(m, nowMs)),
    nextChangeAt: coming.length > 0 ? new Date(Math.min(...coming)).toISOString() : null,
  };
}

/** The customer writes, sends a file or a place, reacts, or presses a button of a message: stored with the webhook that tells it, and the window opens. */
export async function replyFromPhone(ctx: Ctx, integrationId: string, input: ReplyFromPhone): Promise<SandboxMessage> {
  const account = await requireSandboxAccount(ctx, integrationId);
  const e164 = requireNumber(input.from);
  const nowMs = ctx.now.getTime();
  const message = await inTransaction(ctx, async ({ db }) => {
    const phone = await lockPhone(db, integrationId, e164, ctx.now);
    if (!phone.online) throw new AppError("conflict", "The phone is in airplane mode");
    const answered = input.messageId === undefined ? undefined : await requireMessage(db, phone.id, input.messageId);
    const file = input.media && (await requirePhoneFile(db, account, input.media.id));
    const name = input.name ?? phone.name;
    const waId = e164.slice(1);
    const made = inbound({
      account,
      waId,
      country: phoneCountry(e164) ?? "XX",
      name,
      atMs: nowMs,
      ...saidBy(input, { answered, file }),
      ...(answered && input.reaction === undefined
        ? { context: { from: answered.direction === "business" ? account.displayPhoneNumber.slice(1) : waId, id: answered.id } }
        : {}),
    });
    if (answered) made.message.contextId = answered.id;
    // A reaction opens no window.
    const opened = input.reaction === undefined ? { lastInboundAt: ctx.now } : {};
    await db
      .update(sandboxPhones)
      .set({ ...opened, name })
      .where(eq(sandboxPhones.id, phone.id));
    await keep(db, integrationId, phone.id, [made.message], isTold(account) ? [made.webhook] : [], ctx.now);
    await announce(db, ctx.organizationId, ["sandbox"]);
    return made.message;
  });
  wake({ kind: "sandbox" });
  return toMessage(message, nowMs);
}

/** Airplane mode, read receipts, whether the number is on WhatsApp, and the customer's own switch against offers. */
export async function setPhonePresence(ctx: Ctx, integrationId: string, input: SetPhonePresence): Promise<SandboxPhone> {
  const account = await requireSandboxAccount(ctx, integrationId);
  const e164 = requireNumber(input.phone);
  const { phone: _phone, ...changes } = input;
  const row = await inTransaction(ctx, async ({ db }) => {
    const before = await lockPhone(db, integrationId, e164, ctx.now);
    const after = { ...before, ...changes };
    await db
      .update(sandboxPhones)
      .set({
        name: after.name,
        online: after.online,
        readReceipts: after.readReceipts,
        onWhatsapp: after.onWhatsapp,
        marketingStopped: after.marketingStopped,
      })
      .where(eq(sandboxPhones.id, before.id));
    if (before.readReceipts && !after.readReceipts) await dropReads(db, before.id, ctx.now);
    if (before.online && !after.online) await holdBack(db, before.id, ctx.now);
    if (!before.online && after.online) await release(db, before.id, ctx.now);
    if (before.marketingStopped !== after.marketingStopped && isTold(account)) {
      await keep(db, integrationId, before.id, [], [preferenceWebhook(account, e164, after, ctx.now)], ctx.now);
    }
    await announce(db, ctx.organizationId, ["sandbox"]);
    return after;
  });
  wake({ kind: "sandbox" });
  return toPhone(row, ctx.now.getTime());
}

/** How the stand-in behaves for the integration, and how many webhooks it still owes. */
export async function getSandboxSettings(ctx: Ctx, integrationId: string): Promise<SandboxControl> {
  const account = await requireSandboxAccount(ctx, integrationId);
  const [waiting] = await ctx.db
    .select({ webhooks: count() })
    .from(sandboxWebhooks)
    .where(eq(sandboxWebhooks.integrationId, integrationId));
  return { settings: account.settings, subscribed: account.subscribed, webhooksWaiting: waiting?.webhooks ?? 0 };
}

export async function updateSandboxSettings(
  ctx: Ctx,
  integrationId: string,
  input: UpdateSandboxSettings,
): Promise<SandboxControl> {
  await inTransaction(ctx, async (tx) => {
    const account = await requireSandboxAccount(tx, integrationId);
    await tx.db
      .update(sandboxAccounts)
      .set({ settings: { ...account.settings, ...input } })
      .where(eq(sandboxAccounts.integrationId, integrationId));
    await announce(tx.db, ctx.organizationId, ["sandbox"]);
  });
  return getSandboxSettings(ctx, integrationId);
}

/** For the demo: a phone that wrote last at a given moment, without a message or webhook. */
export async function seedPhone(
  db: Db,
  integration: { id: string; organizationId: string },
  { phone, name, lastInboundAt }: { phone: string; name: string | null; lastInboundAt: Date | null },
): Promise<void> {
  const now = new Date();
  await registerAccount({ db, now }, integration);
  await db
    .insert(sandboxPhones)
    .values({
      id: newId("sph"),
      integrationId: integration.id,
      phone,
      phoneIndex: phoneIndex(phone),
      name,
      lastInboundAt,
      lastActivityAt: lastInboundAt ?? now,
    })
    .onConflictDoUpdate({ target: [sandboxPhones.integrationId, sandboxPhones.phoneIndex], set: { name, lastInboundAt } });
}

type PhoneView = Pick<
  PhoneRow,
  "lastInboundAt" | "marketingStopped" | "name" | "online" | "onWhatsapp" | "phone" | "readReceipts"
>;

const BLANK_PHONE: Omit<PhoneView, "phone"> = {
  name: null,
  online: true,
  readReceipts: true,
  onWhatsapp: true,
  marketingStopped: false,
  lastInboundAt: null,
};

function requireNumber(phone: string): string {
  const e164 = toE164(phone);
  if (e164 === null) throw new AppError("invalid_phone_number");
  return e164;
}

async function findPhone(db: Db, integrationId: string, e164: string): Promise<PhoneRow | undefined> {
  const [row] = await db
    .select()
    .from(sandboxPhones)
    .where(and(eq(sandboxPhones.integrationId, integrationId), eq(sandboxPhones.phoneIndex, phoneIndex(e164))));
  return row;
}

async function requireMessage(db: Db, phoneId: string, id: string): Promise<StoredMessage> {
  const [row] = await db
    .select()
    .from(sandboxMessages)
    .where(and(eq(sandboxMessages.phoneId, phoneId), eq(sandboxMessages.id, id)));
  if (!row) throw new AppError("not_found", "This phone has no message with this id");
  return toStoredMessage(row);
}

function isTold(account: IntegrationAccount): boolean {
  return account.subscribed && account.settings.webhooks === "on";
}

function preferenceWebhook(account: IntegrationAccount, e164: string, phone: PhoneRow, now: Date) {
  const waId = e164.slice(1);
  const userId = scopedUserId(account, waId, phoneCountry(e164) ?? "XX");
  const part: WebhookPart = {
    field: "user_preferences",
    contacts: [{ profile: { name: phone.name ?? e164 }, wa_id: waId, user_id: userId }],
    user_preferences: [
      {
        wa_id: waId,
        user_id: userId,
        detail: phone.marketingStopped
          ? "User requested to stop marketing messages"
          : "User requested to resume marketing messages",
        category: "marketing_messages",
        value: phone.marketingStopped ? "stop" : "resume",
        timestamp: Number(seconds(now.getTime())),
      },
    ],
  };
  return { step: "preference" as const, messageId: null, dueAt: now.getTime(), part };
}

/** The webhooks of a phone that have not been tried and lie ahead, or wait for it to come back. */
function ahead(phoneId: string, steps: ("delivered" | "read")[], now: Date) {
  return and(
    eq(sandboxWebhooks.phoneId, phoneId),
    inArray(sandboxWebhooks.step, steps),
    eq(sandboxWebhooks.attempts, 0),
    or(isNull(sandboxWebhooks.dueAt), gt(sandboxWebhooks.dueAt, now)),
  );
}

async function dropReads(db: Db, phoneId: string, now: Date): Promise<void> {
  await db.delete(sandboxWebhooks).where(ahead(phoneId, ["read"], now));
  await db
    .update(sandboxMessages)
    .set({ readAt: null })
    .where(and(eq(sandboxMessages.phoneId, phoneId), eq(sandboxMessages.direction, "business"), gt(sandboxMessages.readAt, now)));
}

async function holdBack(db: Db, phoneId: string, now: Date): Promise<void> {
  await db
    .update(sandboxWebhooks)
    .set({ dueAt: null })
    .where(ahead(phoneId, ["delivered", "read"], now));
  const ofPhone = and(eq(sandboxMessages.phoneId, phoneId), eq(sandboxMessages.direction, "business"));
  await db
    .update(sandboxMessages)
    .set({ readAt: null })
    .where(and(ofPhone, gt(sandboxMessages.readAt, now)));
  await db
    .update(sandboxMessages)
    .set({ deliveredAt: null })
    .where(and(ofPhone, gt(sandboxMessages.deliveredAt, now)));
}

async function release(db: Db, phoneId: string, now: Date): Promise<void> {
  const { SANDBOX_SPEED: speed } = env();
  const held = await db
    .select()
    .from(sandboxWebhooks)
    .where(and(eq(sandboxWebhooks.phoneId, phoneId), isNull(sandboxWebhooks.dueAt)))
    .orderBy(asc(sandboxWebhooks.id));
  for (const webhook of held) {
    const step = webhook.step === "read" ? "read" : "delivered";
    const at = new Date(now.getTime() + BACK_ONLINE_MS[step] * speed);
    const part = retimed(webhook.part, at);
    await db.update(sandboxWebhooks).set({ dueAt: at, part }).where(eq(sandboxWebhooks.id, webhook.id));
  }
  const waiting = and(
    eq(sandboxMessages.phoneId, phoneId),
    eq(sandboxMessages.direction, "business"),
    isNull(sandboxMessages.failedAt),
  );
  const arrived = new Date(now.getTime() + BACK_ONLINE_MS.delivered * speed);
  await db
    .update(sandboxMessages)
    .set({ deliveredAt: arrived })
    .where(and(waiting, isNull(sandboxMessages.deliveredAt)));
  const readIds = held.flatMap((w) => (w.step === "read" && w.messageId !== null ? [w.messageId] : []));
  const read = new Date(now.getTime() + BACK_ONLINE_MS.read * speed);
  if (readIds.length > 0) await db.update(sandboxMessages).set({ readAt: read }).where(inArray(sandboxMessages.id, readIds));
}

function retimed(part: WebhookPart, at: Date): WebhookPart {
  if (!("statuses" in part)) return part;
  return { ...part, statuses: part.statuses.map((status) => ({ ...status, timestamp: seconds(at.getTime()) })) };
}

function toPhone(row: PhoneView, nowMs: number): SandboxPhone {
  const closesAt = row.lastInboundAt === null ? null : row.lastInboundAt.getTime() + WINDOW_MS;
  return {
    phone: row.phone,
    name: row.name,
    online: row.online,
    readReceipts: row.readReceipts,
    onWhatsapp: row.onWhatsapp,
    marketingStopped: row.marketingStopped,
    lastInboundAt: row.lastInboundAt?.toISOString() ?? null,
    windowClosesAt: closesAt !== null && closesAt > nowMs ? new Date(closesAt).toISOString() : null,
  };
}

function toMessage(message: StoredMessage, nowMs: number): SandboxMessage {
  const past = (at: number | null) => (at !== null && at <= nowMs ? new Date(at).toISOString() : null);
  const [sentAt, deliveredAt, readAt, failedAt] = [
    past(message.sentAt),
    past(message.deliveredAt),
    past(message.readAt),
    past(message.failedAt),
  ];
  return {
    id: message.id,
    direction: message.direction,
    status: failedAt ? "failed" : readAt ? "read" : deliveredAt ? "delivered" : sentAt ? "sent" : "accepted",
    content: message.content,
    contextId: message.contextId,
    at: new Date(message.acceptedAt).toISOString(),
    sentAt,
    deliveredAt,
    readAt,
    errorCode: failedAt ? message.errorCode : null,
  };
}
