import "server-only";
import { createHmac, hkdfSync, randomBytes } from "node:crypto";
import { sql } from "drizzle-orm";
import type { Db } from "@/db/client";
import { type Key, openBytes, openWith, parseKeys, sealBytes, sealWith } from "@/lib/crypto";
import { env } from "@/lib/env";
import { AppError } from "@/lib/errors";
import { isMigrated, NOT_MIGRATED } from "@/lib/readiness";

const INDEX_KEY = "installation.index_key";

let keys: Key[] | undefined;
let indexKey: Buffer | undefined;

function readKeys(): Key[] {
  if (!keys) {
    keys = parseKeys(env().ENCRYPTION_KEYS ?? "");
  }
  return keys;
}

function writingKey(): Key {
  const [first] = readKeys();
  if (!first) throw new Error("ENCRYPTION_KEYS is empty.");
  return first;
}

/** Encrypts a column's value with the newest key; `place` is `table.column`. */
export function seal(place: string, plain: string): string {
  return sealWith(writingKey(), place, plain);
}

/** Decrypts a column's value with whichever key wrote it. */
export function open(place: string, sealed: string): string {
  return openWith(readKeys(), place, sealed);
}

/** The same for bytes: the key's id stands before them. */
export function sealBuffer(place: string, plain: Uint8Array): Buffer {
  const key = writingKey();
  const id = Buffer.from(key.id);
  return Buffer.concat([Buffer.from([id.length]), id, sealBytes(key, place, plain)]);
}

export function openBuffer(place: string, sealed: Buffer): Buffer {
  const start = 1 + (sealed[0] ?? 0);
  const id = sealed.subarray(1, start).toString();
  const key = readKeys().find((one) => one.id === id);
  if (!key) throw new Error(`ENCRYPTION_KEYS has no key "${id}", with which ${place} was encrypted.`);
  return openBytes(key, place, sealed.subarray(start));
}

/**
 * A keyed fingerprint by which an encrypted value can be looked up. Equal values of one place have equal fingerprints;
 * it does not change when the encryption keys rotate. Needs `openKeyring` to have run.
 */
export function blindIndex(place: string, value: string): string {
  if (!indexKey) throw new Error("The keyring is not open yet.");
  return createHmac("sha256", indexKey).update(place).update("\0").update(value).digest("base64url");
}

/** A secret of its own for one use (signing session cookies, say), the same in every process that shares the database. */
export function derivedSecret(purpose: string): string {
  if (!indexKey) throw new Error("The keyring is not open yet.");
  return Buffer.from(hkdfSync("sha256", indexKey, "", purpose, 32)).toString("base64url");
}

let opening: Promise<void> | undefined;

/**
 * Loads the key of the blind indexes, making it on the first start. Fails with one sentence when ENCRYPTION_KEYS is not
 * the one this database was written with, so that nothing is read or written with a wrong key.
 */
export function openKeyring(db: Db): Promise<void> {
  opening ??= loadIndexKey(db).catch((error: unknown) => {
    opening = undefined;
    throw error;
  });
  return opening;
}

async function loadIndexKey(db: Db): Promise<void> {
  if (!(await isMigrated(db))) throw new AppError("not_ready", NOT_MIGRATED);
  const fresh = seal(INDEX_KEY, randomBytes(32).toString("base64"));
  await db.execute(sql`insert into installation (id, index_key) values (1, ${fresh}) on conflict (id) do nothing`);
  const [row] = await db.execute<{ index_key: string }>(sql`select index_key from installation where id = 1`);
  if (!row) throw new Error("The installation row could not be read.");
  try {
    indexKey = Buffer.from(open(INDEX_KEY, row.index_key), "base64");
  } catch {
    const keyId = row.index_key.split(".")[1];
    throw new AppError("not_ready", `ENCRYPTION_KEYS does not hold the key "${keyId}" with which this database was encrypted.`);
  }
}

/** Forgets everything, so that a test can open another database with other keys. */
export function closeKeyring(): void {
  keys = undefined;
  indexKey = undefined;
  opening = undefined;
}
