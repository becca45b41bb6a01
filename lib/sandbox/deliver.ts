import "server-only";
import { asc, eq, inArray, isNotNull, lte, min } from "drizzle-orm";
import type { Db } from "@/db/client";
import { sandboxMessages, sandboxWebhooks } from "@/db/schema/sandbox";
import { announceSoon } from "@/lib/live";
import { findSandboxAccount, type IntegrationAccount } from "./accounts";
import { webhookBody } from "./bodies";
import { postWebhook, WEBHOOK_LIFE_MS, webhookRetryMs } from "./post-webhook";

type WebhookRow = typeof sandboxWebhooks.$inferSelect;

const CLAIM = 200;
/** Longer than a post may take: a process that dies with claimed webhooks delays them by this much. */
const LEASE_MS = 15_000;
/** Up to so many webhooks of one account go one by one; more are told together, as Meta does under load. */
const SINGLY = 8;

/**
 * Posts the stand-in's due webhooks, signed, and forgets those that were answered 200; others are due again after a growing
 * wait, for seven days. Any number of processes may call it. Tells when the next one is due.
 */
export async function deliverDueWebhooks(db: Db, now: Date): Promise<{ delivered: number; nextDueAt: Date | null }> {
  const claimed = await claim(db, now);
  const accounts = new Map<string, IntegrationAccount | undefined>();
  for (const { integrationId } of claimed) {
    if (!accounts.has(integrationId)) accounts.set(integrationId, await findSandboxAccount(db, integrationId));
  }
  const results = await Promise.all(
    [...groupBy(claimed, (row) => row.integrationId)].map(([integrationId, rows]) =>
      deliverAccount(db, accounts.get(integrationId), rows, now),
    ),
  );
  const [next] = await db
    .select({ at: min(sandboxWebhooks.dueAt) })
    .from(sandboxWebhooks)
    .where(isNotNull(sandboxWebhooks.dueAt));
  return { delivered: results.reduce((sum, n) => sum + n, 0), nextDueAt: next?.at ?? null };
}

function groupBy(rows: WebhookRow[], keyOf: (row: WebhookRow) => string): Map<string, WebhookRow[]> {
  const groups = new Map<string, WebhookRow[]>();
  for (const row of rows) {
    const group = groups.get(keyOf(row));
    if (group) group.push(row);
    else groups.set(keyOf(row), [row]);
  }
  return groups;
}

async function claim(db: Db, now: Date): Promise<WebhookRow[]> {
  return db.transaction(async (tx) => {
    const rows = await tx
      .select()
      .from(sandboxWebhooks)
      .where(lte(sandboxWebhooks.dueAt, now))
      .orderBy(asc(sandboxWebhooks.dueAt), asc(sandboxWebhooks.id))
      .limit(CLAIM)
      .for("update", { skipLocked: true });
    if (rows.length > 0) {
      await tx
        .update(sandboxWebhooks)
        .set({ dueAt: new Date(now.getTime() + LEASE_MS) })
        .where(
          inArray(
            sandboxWebhooks.id,
            rows.map((row) => row.id),
          ),
        );
    }
    return rows;
  });
}

async function deliverAccount(db: Db, account: IntegrationAccount | undefined, rows: WebhookRow[], now: Date): Promise<number> {
  if (!account?.appSecret) {
    await remove(db, rows);
    return 0;
  }
  const outcomes = await Promise.all(bodiesOf(rows).map((chain) => deliverChain(db, account, chain, now)));
  const delivered = outcomes.reduce((sum, n) => sum + n, 0);
  if (delivered > 0) announceSoon(account.organizationId, ["sandbox"]);
  return delivered;
}

/** Chains of bodies: what belongs to one message goes in order, different messages go side by side. */
function bodiesOf(rows: WebhookRow[]): WebhookRow[][][] {
  if (rows.length <= SINGLY) {
    return [...groupBy(rows, (row) => row.messageId ?? row.id).values()].map((chain) => chain.map((row) => [row]));
  }
  const size = Math.ceil(rows.length / SINGLY);
  return Array.from({ length: SINGLY }, (_, i) => rows.slice(i * size, (i + 1) * size))
    .filter((body) => body.length > 0)
    .map((body) => [body]);
}

async function deliverChain(db: Db, account: IntegrationAccount, chain: WebhookRow[][], now: Date): Promise<number> {
  let delivered = 0;
  for (const rows of chain) {
    const body = webhookBody(
      account,
      rows.map((row) => row.part),
    );
    const failed = await postWebhook(account.overrideUrl ?? account.webhookUrl ?? "", body, account.appSecret);
    if (failed === null) {
      await settle(db, rows, now);
      delivered += rows.length;
    } else {
      await postpone(db, rows, now, failed);
    }
  }
  return delivered;
}

async function settle(db: Db, rows: WebhookRow[], now: Date): Promise<void> {
  await remove(db, rows);
  const received = rows.flatMap((row) => (row.step === "inbound" && row.messageId !== null ? [row.messageId] : []));
  if (received.length > 0)
    await db.update(sandboxMessages).set({ deliveredAt: now }).where(inArray(sandboxMessages.id, received));
}

async function remove(db: Db, rows: WebhookRow[]): Promise<void> {
  await db.delete(sandboxWebhooks).where(
    inArray(
      sandboxWebhooks.id,
      rows.map((row) => row.id),
    ),
  );
}

async function postpone(db: Db, rows: WebhookRow[], now: Date, lastError: string): Promise<void> {
  for (const row of rows) {
    if (now.getTime() - row.createdAt.getTime() > WEBHOOK_LIFE_MS) {
      await remove(db, [row]);
      continue;
    }
    const attempts = row.attempts + 1;
    await db
      .update(sandboxWebhooks)
      .set({ attempts, lastError, dueAt: new Date(now.getTime() + webhookRetryMs(attempts)) })
      .where(eq(sandboxWebhooks.id, row.id));
  }
}
