import "server-only";
import { and, eq } from "drizzle-orm";
import { anyOf } from "@/db/columns";
import { idempotencyKeys } from "@/db/schema/organizations";
import { batched } from "@/lib/batched";
import type { Ctx } from "@/lib/ctx";
import { AppError } from "@/lib/errors";
import { blindIndex, open, seal } from "@/lib/keyring";

const SEALED_AS = "idempotency_keys.response";

/** The key of a request, from its header or its body. Throws `validation_failed` when they differ or the header is out of bounds. */
export function idempotencyKey(inBody: string | undefined, inHeader: string | null): string | null {
  if (inHeader !== null && (inHeader.length === 0 || inHeader.length > 200)) {
    throw new AppError("validation_failed", "The Idempotency-Key header must have 1 to 200 characters");
  }
  if (inHeader !== null && inBody !== undefined && inHeader !== inBody) {
    throw new AppError("validation_failed", "The Idempotency-Key header and idempotencyKey differ");
  }
  return inHeader ?? inBody ?? null;
}

/** A request's fingerprint. The order in which a program writes its fields does not make another request. */
export function hashOf(request: unknown): string {
  // Keyed, because a plain hash of a short text to a number could be guessed.
  return blindIndex(
    "idempotency_keys.request_hash",
    JSON.stringify(request, (_, inner: unknown) =>
      inner && typeof inner === "object" && !Array.isArray(inner)
        ? Object.fromEntries(Object.entries(inner).sort(([a], [b]) => (a < b ? -1 : 1)))
        : inner,
    ),
  );
}

/** A key together with what was asked under it. */
export type Claim = { key: string; requestHash: string };

/** What was answered under this key; null when it is new. Throws `idempotency_conflict` when it was another request. */
export async function earlierAnswer<T>(ctx: Ctx, { key, requestHash }: Claim): Promise<T | null> {
  const row = await readKey({ ctx, key });
  if (!row) return null;
  if (row.requestHash !== requestHash) throw new AppError("idempotency_conflict");
  return openResponse(row.response) as T;
}

/** Answers quote what was asked, refused phone numbers among it; those that were kept in clear by earlier versions are still read. */
function openResponse(kept: unknown): unknown {
  return typeof kept === "string" ? JSON.parse(open(SEALED_AS, kept)) : kept;
}

type KeyRow = Pick<typeof idempotencyKeys.$inferSelect, "key" | "requestHash" | "response">;

const readKey = batched<{ ctx: Ctx; key: string }, KeyRow | null>(
  async (asked) => {
    const { ctx } = asked[0];
    const keys = [...new Set(asked.map(({ key }) => key))];
    const rows = await ctx.db
      .select({ key: idempotencyKeys.key, requestHash: idempotencyKeys.requestHash, response: idempotencyKeys.response })
      .from(idempotencyKeys)
      .where(and(eq(idempotencyKeys.organizationId, ctx.organizationId), anyOf(idempotencyKeys.key, keys)));
    const found = new Map(rows.map((row) => [row.key, row]));
    return asked.map(({ key }) => found.get(key) ?? null);
  },
  ({ ctx }) => [ctx.db, ctx.organizationId],
);

/**
 * Takes the keys in the caller's transaction. Answers whose response each key taken now holds, the first one's of equal keys;
 * a key that is missing belongs to a request whose transaction has ended by then.
 */
export async function claimKeys<R>(tx: Ctx, claims: readonly (Claim & { response: R })[]): Promise<Map<string, R>> {
  if (claims.length === 0) return new Map();
  // Always in one order, so that two transactions cannot wait for each other.
  const sorted = claims.toSorted((a, b) => (a.key < b.key ? -1 : a.key > b.key ? 1 : 0));
  const firsts = sorted.filter((claim, i) => claim.key !== sorted[i - 1]?.key);
  const claimed = await tx.db
    .insert(idempotencyKeys)
    .values(
      firsts.map(({ key, requestHash, response }) => ({
        key,
        requestHash,
        response: seal(SEALED_AS, JSON.stringify(response)),
        organizationId: tx.organizationId,
        createdAt: tx.now,
      })),
    )
    .onConflictDoNothing()
    .returning({ key: idempotencyKeys.key });
  const keys = new Set(claimed.map(({ key }) => key));
  return new Map(firsts.filter(({ key }) => keys.has(key)).map(({ key, response }) => [key, response]));
}

/** Gives back keys of the caller's transaction: their requests were refused after all. */
export async function releaseKeys(tx: Ctx, keys: readonly string[]): Promise<void> {
  if (keys.length === 0) return;
  await tx.db
    .delete(idempotencyKeys)
    .where(and(eq(idempotencyKeys.organizationId, tx.organizationId), anyOf(idempotencyKeys.key, keys)));
}
