import "server-only";
import type { PgDatabase } from "drizzle-orm/pg-core";
import { drizzle, type PostgresJsQueryResultHKT } from "drizzle-orm/postgres-js";
import postgres from "postgres";
import { env } from "@/lib/env";
import * as contacts from "./schema/contacts";
import * as integrations from "./schema/integrations";
import * as messages from "./schema/messages";
import * as organizations from "./schema/organizations";
import * as sandbox from "./schema/sandbox";
import * as templates from "./schema/templates";
import * as webhooks from "./schema/webhooks";
import { endWith, type Lifetime, liveOut, requireLife } from "./transaction-guard";

const schema = { ...contacts, ...integrations, ...messages, ...organizations, ...sandbox, ...templates, ...webhooks };

/** A connection or a transaction: verbs take either. */
export type Db = PgDatabase<PostgresJsQueryResultHKT, typeof schema>;

type Connection = { db: Db; sql: postgres.Sql };
const held = globalThis as typeof globalThis & { __connection?: Connection };

function connect(): Connection {
  const url = env().DATABASE_URL;
  if (!url) throw new Error("DATABASE_URL is not set. `npm start` sets it for the embedded database.");
  const sql = postgres(url, { max: env().DATABASE_POOL, idle_timeout: 60, connect_timeout: 10, onnotice: () => {} });
  return { sql, db: drizzle(planOnce(sql), { schema }) };
}

/** More parameters than this mean a list whose length varies: its text would be another statement each time. */
const MOST_PLANNED_PARAMETERS = 30;

/**
 * drizzle sends every statement anew, and PostgreSQL plans it anew. This makes the short ones prepared statements: they are
 * planned once a connection. And it ends a transaction's function with its connection.
 */
function planOnce<T extends postgres.ISql>(sql: T, lifetime?: Lifetime): T {
  return new Proxy(sql, {
    get(target, name, receiver) {
      const value: unknown = Reflect.get(target, name, receiver);
      if (typeof value !== "function") return value;
      if (name === "unsafe") {
        return (query: string, parameters: postgres.ParameterOrJSON<never>[] = [], options: postgres.UnsafeQueryOptions = {}) => {
          requireLife(lifetime);
          return target.unsafe(query, parameters, {
            ...options,
            prepare: parameters.length > 0 && parameters.length <= MOST_PLANNED_PARAMETERS,
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

/** The driver itself, for LISTEN and for statements that drizzle cannot say. */
export function driver(): postgres.Sql {
  held.__connection ??= connect();
  return held.__connection.sql;
}

/** Closes the pool after what runs has finished, at most 5 seconds. */
export async function closeDatabase(): Promise<void> {
  const connection = held.__connection;
  held.__connection = undefined;
  await connection?.sql.end({ timeout: 5 });
}
