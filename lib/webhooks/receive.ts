import "server-only";
import { isUtf8 } from "node:buffer";
import { setImmediate } from "node:timers/promises";
import { and, eq, isNull, or, type SQL, sql } from "drizzle-orm";
import type { Db } from "@/db/client";
import { anyOf } from "@/db/columns";
import { integrations } from "@/db/schema/integrations";
import { webhookEvents } from "@/db/schema/webhooks";
import { sha256 } from "@/lib/crypto";
import { AppError } from "@/lib/errors";
import { withStrangersBody } from "@/lib/http/body";
import { newId } from "@/lib/ids";
import { countRefusedSignature } from "@/lib/integrations/refused-signatures";
import { blindIndex } from "@/lib/keyring";
import { timeWebhook } from "@/lib/metrics";
import { wake } from "@/lib/wake";
import {
  isSignature,
  type NamedAccounts,
  namedAccounts,
  parseWebhook,
  parseWebhookJson,
  verifySignature,
} from "@/lib/whatsapp/inbound";
import { isName, scanAccounts } from "@/lib/whatsapp/inbound-names";
import { Refusals } from "./refusals";
import { makeRoomForBody } from "./room";

/** Meta's bodies are at most 3 MB. Source: Meta, "Create a webhook endpoint", 21 Apr 2026. */
const WEBHOOK_LIMIT_BYTES = 3 * 1024 * 1024;
/** Meta's bodies speak of one account, a few at most. */
const MOST_NAMES = 100;
/** From here on one body takes milliseconds of everybody's time. */
const LARGE_BYTES = 64_000;
/** Bodies of other products, of accounts removed since, and Meta's own tests: small and rare. */
const NAMELESS_LIMIT_BYTES = 256_000;
const NAMELESS_PER_SECOND = 5;
const NAMELESS_BURST = 20;
const MOST_SIGNERS = 1_000;

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

const refusals = new Refusals();

/**
 * Takes what somebody posts to Meta's door. From an address with too many wrong signatures large bodies are not even read; small
 * ones are, so that a right one still gets in, whoever shares the address.
 */
export async function takeDelivery(db: Db, request: Request): Promise<void> {
  const [now, from] = [new Date(), request.headers.get("x-real-ip")];
  const signature = request.headers.get("x-hub-signature-256");
  if (!isSignature(signature)) throw unsigned();
  const refusal = refusals.refusalFor(from, now);
  if (refusal && !(Number(request.headers.get("content-length") ?? Number.NaN) <= LARGE_BYTES)) throw refusal;
  try {
    await withStrangersBody(request, WEBHOOK_LIMIT_BYTES, (raw) => timeWebhook(() => receiveWebhook(db, raw, signature, now)));
    refusals.makeUp(from, now);
  } catch (error) {
    if (!(error instanceof AppError) || (error.code !== "unauthorized" && error.code !== "validation_failed")) throw error;
    refusals.count(from, now);
    throw refusal ?? error;
  }
}

function unsigned(): AppError {
  return new AppError("unauthorized", "The webhook signature is missing or wrong");
}

/**
 * Stores a body of Meta's, once, before it is answered; processing comes after. Throws `unauthorized` when no known account that
 * the body names is signed for with its own app secret. A body that names no account of ours (or cannot be read) is stored for
 * the organizations whose app secret signed it. Each organization gets only its own part, and only of accounts that were signed for.
 *
 * Until a signature is proven nothing is built of the body: its bytes are read through once for names, and only the secrets of those
 * are tried.
 */
async function receiveWebhook(db: Db, raw: Uint8Array, signature: string, now: Date): Promise<void> {
  if (raw.byteLength > LARGE_BYTES) await turnOfLarge();
  const scanned = scanAccounts(raw, MOST_NAMES);
  if (!scanned) throw new AppError("validation_failed", `The body names more than ${MOST_NAMES} accounts`);
  const named = await readSigners(db, scanned);
  if (named.length === 0 && raw.byteLength > NAMELESS_LIMIT_BYTES) throw unsigned();
  const candidates = named.length > 0 ? named : await readAllSigners(db, now);
  const proven = await proveSigners(candidates, raw, signature);
  const refuse = () => {
    countRefusedSignature(db, refusedOf(scanned, named, proven), now);
    return unsigned();
  };
  if (proven.length === 0) throw refuse();

  const text = Buffer.from(raw).toString("utf8");
  const body = parseWebhookJson(text);
  const { signers, isComplete } = findSigners(body, scanned, named, proven);
  if (signers.length === 0) throw refuse();

  const organizationIds = [...new Set(signers.map((signer) => signer.organizationId))];
  for (const organizationId of organizationIds) await makeRoomForBody(db, organizationId, text, now);
  await db
    .insert(webhookEvents)
    .values(
      organizationIds.map((organizationId) => {
        const own = signers.filter((signer) => signer.organizationId === organizationId);
        const part =
          isComplete && (organizationIds.length === 1 || body === undefined) ? text : JSON.stringify(partOf(body, own));
        return {
          id: newId("whk", now.getTime()),
          organizationId,
          integrationIds: own.map((signer) => signer.id),
          bodyHash: sha256(raw),
          ...(part === text ? asStored(raw, text) : { body: part }),
          kinds: [...new Set(parseWebhook(parseWebhookJson(part)).map((item) => item.kind))],
          status: "pending" as const,
          dueAt: now,
          receivedAt: now,
        };
      }),
    )
    // What could not be processed may be repaired by Meta's next delivery.
    .onConflictDoUpdate({
      target: [webhookEvents.organizationId, webhookEvents.bodyHash],
      set: { status: "pending", attempts: 0, itemsDone: 0, dueAt: now, error: null },
      setWhere: eq(webhookEvents.status, "failed"),
    });
  wake({ kind: "webhooks" });
}

/** One large body in each round of the event loop: however many arrive at once, other requests are answered in between. */
let lastLarge: Promise<unknown> = Promise.resolve();
function turnOfLarge(): Promise<unknown> {
  lastLarge = lastLarge.then(() => setImmediate());
  return lastLarge;
}

/** Those whose app secret signed these bytes. Each secret is tried once: several integrations may share an app. */
async function proveSigners(candidates: readonly Signer[], raw: Uint8Array, signature: string): Promise<Signer[]> {
  const bySecret = new Map<string, Signer[]>();
  for (const signer of candidates) {
    if (signer.appSecret) bySecret.set(signer.appSecret, [...(bySecret.get(signer.appSecret) ?? []), signer]);
  }
  const proven: Signer[] = [];
  for (const [secret, signers] of bySecret) {
    if (raw.byteLength > LARGE_BYTES) await setImmediate();
    if (verifySignature(raw, signature, secret)) proven.push(...signers);
  }
  return proven;
}

/** Bytes that are no text are kept in base64. */
function asStored(raw: Uint8Array, text: string): { body: string; encoding: "utf8" | "base64" } {
  return isUtf8(raw) ? { body: text, encoding: "utf8" } : { body: Buffer.from(raw).toString("base64"), encoding: "base64" };
}

/** `isComplete`: every account of ours that the body names has signed it. */
type Signers = { signers: Signer[]; isComplete: boolean };

/** Whom a proven body belongs to, of the accounts that it names. */
function findSigners(body: unknown, scanned: NamedAccounts, named: readonly Signer[], proven: readonly Signer[]): Signers {
  const { phoneNumberIds, businessAccountIds } = namedAccounts(body);
  const isSignedFor = (names: readonly string[], seen: readonly string[], of: (signer: Signer) => string) =>
    names.every((name) => {
      // No account of ours has such a name; one that the scan did not see is written as Meta does not write.
      if (!isName(name)) return true;
      if (!seen.includes(name)) return false;
      const isCandidate = (signer: Signer) => of(signer) === name;
      return !named.some(isCandidate) || proven.some(isCandidate);
    });
  const isComplete =
    isSignedFor(phoneNumberIds, scanned.phoneNumberIds, (s) => s.phoneNumberId) &&
    isSignedFor(businessAccountIds, scanned.businessAccountIds, (s) => s.businessAccountId);
  const isNamed = (signer: Signer) =>
    phoneNumberIds.includes(signer.phoneNumberId) || businessAccountIds.includes(signer.businessAccountId);
  const own = proven.filter(isNamed);
  return { signers: own.length > 0 || !isComplete ? own : [...proven], isComplete };
}

/** The integrations that a refused body speaks of: by their number, or by their account where it names no number of ours. */
function refusedOf(scanned: NamedAccounts, named: readonly Signer[], proven: readonly Signer[]): string[] {
  const byNumber = named.filter(({ phoneNumberId }) => scanned.phoneNumberIds.includes(phoneNumberId));
  return (byNumber.length > 0 ? byNumber : named).filter((signer) => !proven.includes(signer)).map(({ id }) => id);
}

async function readSigners(db: Db, { phoneNumberIds, businessAccountIds }: NamedAccounts): Promise<Signer[]> {
  if (phoneNumberIds.length + businessAccountIds.length === 0) return [];
  const isNamed = or(
    anyOf(integrations.phoneNumberId, phoneNumberIds),
    anyOf(integrations.businessAccountId, businessAccountIds),
  );
  return selectSigners(db, isNamed);
}

/** All there are: for a body that names none of them. A few a second, because each of them has to be tried. */
async function readAllSigners(db: Db, now: Date): Promise<Signer[]> {
  if (!takeNameless(now)) {
    throw new AppError("too_many_attempts", "Too many webhooks that name no account of this installation", {
      retryAfterSeconds: 1 / NAMELESS_PER_SECOND,
    });
  }
  return selectSigners(db, undefined);
}

function selectSigners(db: Db, which: SQL | undefined): Promise<Signer[]> {
  return (
    db
      .select({
        id: integrations.id,
        organizationId: integrations.organizationId,
        phoneNumberId: integrations.phoneNumberId,
        businessAccountId: integrations.businessAccountId,
        appSecret: integrations.appSecret,
      })
      .from(integrations)
      .where(and(isNull(integrations.deletedAt), which))
      // Whoever only claims a number must not crowd out those who have proven it.
      .orderBy(sql`${integrations.status} = 'unverified'`, integrations.id)
      .limit(MOST_SIGNERS)
  );
}

const nameless = { left: NAMELESS_BURST, at: 0 };
function takeNameless(now: Date): boolean {
  const seconds = Math.max(0, now.getTime() - nameless.at) / 1000;
  nameless.left = Math.min(NAMELESS_BURST, nameless.left + seconds * NAMELESS_PER_SECOND);
  nameless.at = now.getTime();
  if (nameless.left < 1) return false;
  nameless.left -= 1;
  return true;
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
