import "server-only";
import { createCipheriv, createDecipheriv, createHash, createHmac, randomBytes, timingSafeEqual } from "node:crypto";

export type Key = { id: string; bytes: Buffer };

/** Reads `id:base64,id2:base64`. The first key writes; the others only read. Throws one sentence on anything short or odd. */
export function parseKeys(text: string): Key[] {
  const keys = text.split(",").map((part) => {
    const at = part.indexOf(":");
    const id = part.slice(0, at).trim();
    if (at < 1 || !/^[A-Za-z0-9_-]{1,32}$/.test(id)) {
      throw new Error("ENCRYPTION_KEYS must look like id:base64,id2:base64 (ids of letters, digits, - and _).");
    }
    const bytes = Buffer.from(part.slice(at + 1).trim(), "base64");
    if (bytes.length !== 32) {
      throw new Error(`ENCRYPTION_KEYS: the key "${id}" has ${bytes.length} bytes; it needs 32, written in base64.`);
    }
    return { id, bytes };
  });
  if (new Set(keys.map((k) => k.id)).size !== keys.length) throw new Error("ENCRYPTION_KEYS names the same key id twice.");
  return keys;
}

/** AES-256-GCM: nonce, tag and ciphertext. `place` is bound to it and must be given again to open it. */
export function sealBytes(key: Key, place: string, plain: Uint8Array): Buffer {
  const nonce = randomBytes(12);
  const cipher = createCipheriv("aes-256-gcm", key.bytes, nonce);
  cipher.setAAD(Buffer.from(`${key.id}:${place}`));
  const body = Buffer.concat([cipher.update(plain), cipher.final()]);
  return Buffer.concat([nonce, cipher.getAuthTag(), body]);
}

/** Opens what `sealBytes` made with this key for this place; throws when anything differs. */
export function openBytes(key: Key, place: string, sealed: Uint8Array): Buffer {
  const decipher = createDecipheriv("aes-256-gcm", key.bytes, sealed.subarray(0, 12));
  decipher.setAAD(Buffer.from(`${key.id}:${place}`));
  decipher.setAuthTag(sealed.subarray(12, 28));
  return Buffer.concat([decipher.update(sealed.subarray(28)), decipher.final()]);
}

/** The same for a text: `v1.<key id>.<base64url of the sealed bytes>`. */
export function sealWith(key: Key, place: string, plain: string): string {
  return `v1.${key.id}.${sealBytes(key, place, Buffer.from(plain, "utf8")).toString("base64url")}`;
}

/** Opens what `sealWith` made. Throws when the key is missing, the value was altered, or it stood in another place. */
export function openWith(keys: readonly Key[], place: string, sealed: string): string {
  const [version, keyId, packed] = sealed.split(".");
  if (version !== "v1" || !keyId || packed === undefined) throw new Error(`A value of ${place} is not encrypted as expected.`);
  const key = keys.find((k) => k.id === keyId);
  if (!key) throw new Error(`ENCRYPTION_KEYS has no key "${keyId}", with which a value of ${place} was encrypted.`);
  return openBytes(key, place, Buffer.from(packed, "base64url")).toString("utf8");
}

export function sha256(text: string | Uint8Array): string {
  return createHash("sha256").update(text).digest("hex");
}

export function hmacSha256(key: string | Uint8Array, text: string | Uint8Array): string {
  return createHmac("sha256", key).update(text).digest("hex");
}

/** Compares two texts in a time that does not tell where they differ. */
export function sameText(a: string, b: string): boolean {
  const left = createHash("sha256").update(a).digest();
  const right = createHash("sha256").update(b).digest();
  return timingSafeEqual(left, right);
}

/** A token nobody can guess: 32 random bytes in base64url behind a prefix that tells what it is. */
export function newToken(prefix: string): string {
  return `${prefix}_${randomBytes(32).toString("base64url")}`;
}
