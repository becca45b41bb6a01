import "server-only";
import { and, eq, inArray, isNull, or } from "drizzle-orm";
import type { Db } from "@/db/client";
import { integrations } from "@/db/schema/integrations";
import { webhookEvents } from "@/db/schema/webhooks";
import { sha256 } from "@/lib/crypto";
import { AppError } from "@/lib/errors";
import { newId } from "@/lib/ids";
import { countRefusedSignature } from "@/lib/integrations/refused-signatures";
import { blindIndex } from "@/lib/keyring";
import { wake } from "@/lib/wake";
import { namedAccounts, parseWebhook, parseWebhookJson, verifySignature } from "@/lib/whatsapp/inbound";

/** Meta's bodies are at most 3 MB. Source: Meta, "Create a webhook endpoint", 21 Apr 2026. */
export const WEBHOOK_LIMIT_BYTES = 3 * 1024 * 1024;

type Signer = { id: string; organizationId: string; phoneNumberId: string; businessAccountId: string; appSecret: string | null };

/** Meta's question whether this address is ours: the challenge when an integration has the verify token, else null. */
export async function answerVerification(db: Db, query: URLSearchParams): Promise<string | null> {
  const token = query.get("hub.verify_token");
  const challenge = query.get("hub.challenge");
  if (query.get("hub.mode") !== "subscribe" || !token || challenge === null) return null;
  const [row] = await db
    .select({ id: integrations.id })
    .from(integrations)
    .where(
      and(
        eq(integrations.webhookVerifyTokenIndex, blindIndex("integrations.webhook_verify_token", token)),
        isNull(integrations.deletedAt),
      ),
    )
    .limit(1);
  return row ? challenge : null;
}

/**
 * Stores a body of Meta's, once, before it is answered; processing comes after. Throws `unauthorized` unless every known
 * account that the body names is signed for with its own app secret. A body that names no account of ours (or cannot be
 * read) is stored for the organizations whose app secret signed it. Each organization gets only its own part.
 */
export async function receiveWebhook(db: Db, raw: Uint8Array, signature: string | null, now: Date): Promise<void> {
  const unsigned = new AppError("unauthorized", "The webhook signature is missing or wrong");
  if (!signature) throw unsigned;
  const text = Buffer.from(raw).toString("utf8");
  const body = parseWebhookJson(text);
  const { signers, named } = await findSigners(db, body, (secret) => verifySignature(raw, signature, secret));
  if (signers.length === 0) {
    countRefusedSignature(db, named, now);
    throw unsigned;
  }

  const organizationIds = [...new Set(signers.map((signer) => signer.organizationId))];
  await db
    .insert(webhookEvents)
    .values(
      organizationIds.map((organizationId) => {
        const own = signers.filter((signer) => signer.organizationId === organizationId);
        const part = organizationIds.length === 1 || body === undefined ? text : JSON.stringify(partOf(body, own));
        return {
          id: newId("whk", now.getTime()),
          organizationId,
          integrationIds: own.map((signer) => signer.id),
          bodyHash: sha256(raw),
          body: part,
          kinds: [...new Set(parseWebhook(parseWebhookJson(part)).map((item) => item.kind))],
          status: "pending" as const,
          dueAt: now,
          receivedAt: now,
        };
      }),
    )
    .onConflictDoNothing();
  wake({ kind: "webhooks" });
}

/** Who signed a body; `named` are the ids of the integrations that it names. */
async function findSigners(
  db: Db,
  body: unknown,
  signedWith: (appSecret: string) => boolean,
): Promise<{ signers: Signer[]; named: string[] }> {
  const named = namedAccounts(body);
  const known = named.phoneNumberIds.length + named.businessAccountIds.length === 0 ? [] : await readSigners(db, named);
  const verify = memo(
    (signer: Signer) => signer.appSecret !== null && signedWith(signer.appSecret),
    (signer) => signer.appSecret ?? "",
  );
  if (known.length === 0) return { signers: (await readSigners(db, null)).filter(verify), named: [] };
  const isSignedFor = (names: readonly string[], of: (signer: Signer) => string) =>
    names.every((name) => {
      const candidates = known.filter((signer) => of(signer) === name);
      return candidates.length === 0 || candidates.some(verify);
    });
  const complete =
    isSignedFor(named.phoneNumberIds, (s) => s.phoneNumberId) &&
    isSignedFor(named.businessAccountIds, (s) => s.businessAccountId);
  return { signers: complete ? known.filter(verify) : [], named: known.filter((signer) => !verify(signer)).map(({ id }) => id) };
}

/** Several integrations may share an app and its secret: each secret is tried once a body. */
function memo(check: (signer: Signer) => boolean, key: (signer: Signer) => string): (signer: Signer) => boolean {
  const answers = new Map<string, boolean>();
  return (signer) => {
    const known = answers.get(key(signer));
    if (known !== undefined) return known;
    const answer = check(signer);
    answers.set(key(signer), answer);
    return answer;
  };
}

async function readSigners(db: Db, named: { phoneNumberIds: string[]; businessAccountIds: string[] } | null): Promise<Signer[]> {
  const naming = named
    ? or(
        named.phoneNumberIds.length > 0 ? inArray(integrations.phoneNumberId, named.phoneNumberIds) : undefined,
        named.businessAccountIds.length > 0 ? inArray(integrations.businessAccountId, named.businessAccountIds) : undefined,
      )
    : undefined;
  return db
    .select({
      id: integrations.id,
      organizationId: integrations.organizationId,
      phoneNumberId: integrations.phoneNumberId,
      businessAccountId: integrations.businessAccountId,
      appSecret: integrations.appSecret,
    })
    .from(integrations)
    .where(and(isNull(integrations.deletedAt), naming));
}

/** The entries and changes of a body that speak of these integrations. */
function partOf(body: unknown, own: readonly Signer[]): unknown {
  if (typeof body !== "object" || body === null || !("entry" in body) || !Array.isArray(body.entry)) return body;
  const names = (entry: unknown) => namedAccounts({ entry: [entry] });
  const isOwn = (entry: unknown) => {
    const { phoneNumberIds, businessAccountIds } = names(entry);
    return own.some((s) => phoneNumberIds.includes(s.phoneNumberId) || businessAccountIds.includes(s.businessAccountId));
  };
  const entries: unknown[] = body.entry.flatMap((entry: unknown) => {
    if (typeof entry !== "object" || entry === null || !("changes" in entry) || !Array.isArray(entry.changes))
      return isOwn(entry) ? [entry] : [];
    const changes = entry.changes.filter((change: unknown) => isOwn({ ...entry, changes: [change] }));
    return changes.length > 0 ? [{ ...entry, changes }] : [];
  });
  return { ...body, entry: entries };
}
