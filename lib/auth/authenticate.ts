import "server-only";
import { and, eq, isNull, lt, or, sql } from "drizzle-orm";
import type { Db } from "@/db/client";
import { anyOf } from "@/db/columns";
import { apiTokens } from "@/db/schema/organizations";
import { callerOf, sessionFromRequest } from "@/lib/auth/session";
import { batched } from "@/lib/batched";
import { sha256 } from "@/lib/crypto";
import type { Ctx } from "@/lib/ctx";
import { AppError } from "@/lib/errors";
import { requireSameOrigin } from "@/lib/http/origin";

const LAST_USED_RESOLUTION = sql`interval '1 minute'`;

/** Who sends this request: the bearer of an API token, or the person of a session cookie. Throws `unauthorized`. */
export async function authenticate(db: Db, request: Request, requestId: string): Promise<Ctx> {
  const now = new Date();
  const ip = request.headers.get("x-real-ip");
  const authorization = request.headers.get("authorization");
  if (authorization !== null) return { ...(await bearer(db, authorization, now)), db, requestId, ip, now };
  const session = await sessionFromRequest(db, request, now);
  if (!session) throw new AppError("unauthorized", "Send an API token as Authorization: Bearer …, or sign in");
  requireSameOrigin(request);
  return { ...callerOf(session), db, requestId, ip, now };
}

async function bearer(db: Db, authorization: string, now: Date): Promise<Pick<Ctx, "organizationId" | "actor" | "scopes">> {
  const token = /^Bearer\s+(\S+)$/i.exec(authorization)?.[1];
  if (!token) throw new AppError("unauthorized", "The Authorization header must be: Bearer YOUR_TOKEN");
  const row = await readToken({ db, tokenHash: sha256(token) });
  if (!row || (row.expiresAt && row.expiresAt <= now))
    throw new AppError("unauthorized", "The API token is not known, expired or revoked");
  if (!row.lastUsedAt || now.getTime() - row.lastUsedAt.getTime() > 60_000) {
    await db
      .update(apiTokens)
      .set({ lastUsedAt: now })
      .where(
        and(
          eq(apiTokens.id, row.id),
          or(isNull(apiTokens.lastUsedAt), lt(apiTokens.lastUsedAt, sql`now() - ${LAST_USED_RESOLUTION}`)),
        ),
      );
  }
  return { organizationId: row.organizationId, actor: { type: "token", id: row.id, name: row.name }, scopes: row.scopes };
}

const readToken = batched<{ db: Db; tokenHash: string }, typeof apiTokens.$inferSelect | undefined>(
  async (asked) => {
    const hashes = [...new Set(asked.map(({ tokenHash }) => tokenHash))];
    const rows = await asked[0].db
      .select()
      .from(apiTokens)
      .where(and(anyOf(apiTokens.tokenHash, hashes), isNull(apiTokens.revokedAt)));
    const found = new Map(rows.map((row) => [row.tokenHash, row]));
    return asked.map(({ tokenHash }) => found.get(tokenHash));
  },
  ({ db }) => [db, "tokens"],
);
