import "server-only";
import { type Db, database } from "@/db/client";
import type { ActorType } from "@/lib/actors";
import { newId } from "@/lib/ids";
import { openKeyring } from "@/lib/keyring";
import { requireSettings } from "@/lib/readiness";

export type Actor = { type: ActorType; id: string; name: string };

/** Who asks, in which organization, over which connection, and when. */
export type Ctx = {
  db: Db;
  organizationId: string;
  actor: Actor;
  /** What the asker holds: a role's or a token's scopes. */
  scopes: readonly string[];
  /** The session behind the request; programs have none. */
  sessionId?: string;
  /** The organization asks for a second factor, and this person has none yet: only their own account is open to them. */
  lacksSecondFactor?: boolean;
  requestId: string;
  ip: string | null;
  now: Date;
};

/** The database with the keyring open: nothing encrypted can be touched before. `not_ready`, with what to do, while it cannot be. */
export async function openDatabase(): Promise<Db> {
  requireSettings();
  const db = database();
  await openKeyring(db);
  return db;
}

/** A context for the program's own work in one organization: ticks, the seed, scripts. */
export function systemCtx(db: Db, organizationId: string, id = "engine"): Ctx {
  return {
    db,
    organizationId,
    actor: { type: "system", id, name: id },
    scopes: ["*"],
    requestId: newId("job"),
    ip: null,
    now: new Date(),
  };
}

/** A context for what a person does before they have a session. */
export function asThemselves(
  db: Db,
  user: { id: string; name: string },
  organizationId: string,
  ip: string | null,
  now: Date,
): Ctx {
  return {
    db,
    organizationId,
    actor: { type: "user", id: user.id, name: user.name },
    scopes: [],
    requestId: newId("req", now.getTime()),
    ip,
    now,
  };
}

/** Runs `work` in a transaction with a context that points at it. */
export function inTransaction<T>(ctx: Ctx, work: (ctx: Ctx) => Promise<T>): Promise<T> {
  return ctx.db.transaction((tx) => work({ ...ctx, db: tx }));
}
