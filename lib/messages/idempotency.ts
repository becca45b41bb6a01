import "server-only";
import { and, eq } from "drizzle-orm";
import { idempotencyKeys } from "@/db/schema/organizations";
import type { Ctx } from "@/lib/ctx";
import { AppError } from "@/lib/errors";
import { blindIndex } from "@/lib/keyring";

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

/** What was answered under this key; null when it is new. Throws `idempotency_conflict` when it was another request. */
export async function earlierAnswer<T>(ctx: Ctx, key: string, requestHash: string): Promise<T | null> {
  const [row] = await ctx.db
    .select({ requestHash: idempotencyKeys.requestHash, response: idempotencyKeys.response })
    .from(idempotencyKeys)
    .where(and(eq(idempotencyKeys.organizationId, ctx.organizationId), eq(idempotencyKeys.key, key)));
  if (!row) return null;
  if (row.requestHash !== requestHash) throw new AppError("idempotency_conflict");
  return row.response as T;
}

/** Takes the key in the caller's transaction. False when another request has it: its transaction has ended by then. */
export async function claimKey(tx: Ctx, key: string, requestHash: string, response: unknown): Promise<boolean> {
  const claimed = await tx.db
    .insert(idempotencyKeys)
    .values({ organizationId: tx.organizationId, key, requestHash, response, createdAt: tx.now })
    .onConflictDoNothing()
    .returning({ key: idempotencyKeys.key });
  return claimed.length > 0;
}
