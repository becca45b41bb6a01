import "server-only";
import type { PgDatabase } from "drizzle-orm/pg-core";
import { drizzle, type PostgresJsQueryResultHKT } from "drizzle-orm/postgres-js";
import postgres from "postgres";
import { env } from "@/lib/env";
import * as contacts from "./schema/contacts";
import * as engine from "./schema/engine";
import * as integrations from "./schema/integrations";
import * as messages from "./schema/messages";
import * as organizations from "./schema/organizations";
import * as sandbox from "./schema/sandbox";
import * as templates from "./schema/templates";
import * as webhooks from "./schema/webhooks";
import { endWith, type Lifetime, liveOut, requireLife } from "./transaction-guard";

const schema = { ...contacts, ...engine, ...integrations, ...messages, ...organizations, ...sandbox, ...templates, ...webhooks };

/** A connection or a transaction: verbs take either. */
export type Db = PgDatabase<PostgresJsQueryResultHKT, typeof schema>;

type Connection = { db: Db; sql: postgres.Sql };
const held = globalThis as typeof globalThis & { __connection?: Connection; __direct?: postgres.Sql };

function connect(): Connection {
  const url = env().DATABASE_URL;
  if (!url) throw new Error("DATABASE_URL is not set. `npm start` sets it for the embedded database.");
  const sql = postgres(url, { max: poolSize(), idle_timeout: 60, connect_timeout: 10, onnotice: () => {} });
  return { sql, db: databaseOf(sql) };
}

/** The database over a connection that the caller opened and closes. */
export function databaseOf(sql: postgres.Sql): Db {
  return drizzle(planOnce(sql), { schema });
}

/** The most connections that this process opens. A function's instance answers one request at a time, and there may be hundreds of them. */
export function poolSize(): number {
  const { DATABASE_POOL, VERCEL } = env();
  return DATABASE_POOL ?? (VERCEL ? 3 : 12);
}

/** True when DATABASE_URL is a pooler's, whose connections change hands with each transaction: nothing may be left on them. */
function isPooled(): boolean {
  return env().DATABASE_URL_DIRECT !== undefined;
}

/** More parameters than this mean a list whose length varies: its text would be another statement each time. */
const MOST_PLANNED_PARAMETERS = 30;

/**
 * drizzle sends every statement anew, and PostgreSQL plans it anew. This makes the short ones prepared statements: they are
 * planned once a connection. And it ends a transaction's function with its connection.
 */
function planOnce<T extends postgres.ISql>(sql: T, lifetime?: Lifetime): T {
  const isPlanned = !isPooled();
  return new Proxy(sql, {
    get(target, name, receiver) {
      const value: unknown = Reflect.get(target, name, receiver);
      if (typeof value !== "function") return value;
      if (name === "unsafe") {
        return (query: string, parameters: postgres.ParameterOrJSON<never>[] = [], options: postgres.UnsafeQueryOptions = {}) => {
          requireLife(lifetime);
          return target.unsafe(query, parameters, {
            ...options,
            prepare: isPlanned && parameters.length > 0 && parameters.length <= MOST_PLANNED_PARAMETERS,
          });
        };
      }
      if (name === "begin" || name === "savepoint") {
        return (...given: unknown[]) => {
          requireLife(lifetime);
          const within = lifetime ?? { isOver: false };
          const guarded = given.map((one) =>
            typeof one === "function" ? (inner: T) => liveOut(within, () => one(planOnce(inner, within))) : one,
          );
          const transaction: Promise<unknown> = value.apply(target, guarded);
          return lifetime ? transaction : endWith(within, transaction);
        };
      }
      return value;
    },
  });
}

/** The process's pool, opened on first use. */
export function database(): Db {
  held.__connection ??= connect();
  return held.__connection.db;
}

/** The driver itself, for statements that drizzle cannot say. */
export function driver(): postgres.Sql {
  held.__connection ??= connect();
  return held.__connection.sql;
}

/** The driver over connections that stay ours, for LISTEN: past a pooler where there is one. */
export function directDriver(): postgres.Sql {
  const url = env().DATABASE_URL_DIRECT;
  if (!url) return driver();
  held.__direct ??= postgres(url, { max: 1, idle_timeout: 60, connect_timeout: 10, onnotice: () => {} });
  return held.__direct;
}

/** Closes the pool after what runs has finished, at most 5 seconds. */
export async function closeDatabase(): Promise<void> {
  const { __connection: connection, __direct: direct } = held;
  held.__connection = undefined;
  held.__direct = undefined;
  await Promise.all([connection?.sql.end({ timeout: 5 }), direct?.end({ timeout: 5 })]);
}
