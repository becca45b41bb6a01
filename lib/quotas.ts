import "server-only";
import { sql } from "drizzle-orm";
import type { Db } from "@/db/client";
import { env } from "@/lib/env";
import { AppError } from "@/lib/errors";
import type { Quota } from "@/lib/quota-defaults";

/** Sessions are not refused: the one that was used least lately ends. */
const SENTENCES: Record<Exclude<Quota, "sessions">, (limit: number) => string> = {
  tokens: (limit) => `An organization can have ${limit} API tokens. Revoke one that is not needed any more`,
  invitations: (limit) => `An organization can have ${limit} open invitations. Withdraw one, or wait until some are accepted`,
  integrations: (limit) => `An organization can have ${limit} integrations. Remove one that is not needed any more`,
  members: (limit) => `An organization can have ${limit} members`,
  template_drafts: (limit) => `An organization can have ${limit} drafts of templates. Submit or delete one`,
  media_megabytes: (limit) =>
    `An organization can keep ${limit} MB of files. Delete messages with files that are not needed any more`,
  webhook_megabytes: (limit) =>
    `An organization can keep ${limit} MB of webhooks that wait or could not be understood. Replay or repair what could not be`,
  labels: (limit) => `An organization can have ${limit} labels. Delete one that is not needed any more`,
  saved_replies: (limit) => `An organization can have ${limit} saved replies. Delete one that is not needed any more`,
  organizations: (limit) => `A person can own ${limit} organizations`,
};

/**
 * Throws `quota_exceeded` when `owner` has as many of these as the installation allows. `count` is asked while nobody else can add one:
 * call it in the transaction that adds, which holds the others up until it ends.
 */
export async function requireRoom(
  tx: Db,
  quota: keyof typeof SENTENCES,
  owner: string,
  count: () => Promise<number>,
): Promise<void> {
  await tx.execute(sql`select pg_advisory_xact_lock(hashtextextended(${`quota ${quota} ${owner}`}, 0))`);
  if ((await count()) < env().QUOTAS[quota]) return;
  throw quotaExceeded(quota);
}

export function quotaExceeded(quota: keyof typeof SENTENCES): AppError {
  const limit = env().QUOTAS[quota];
  return new AppError("quota_exceeded", SENTENCES[quota](limit), { details: { quota, limit } });
}
