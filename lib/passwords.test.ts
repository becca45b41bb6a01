import { expect, it } from "vitest";
import { hashPassword, isOutdatedHash, isPassword } from "./passwords";

it("knows a password by its hash, however it is composed", async () => {
  const hash = await hashPassword("pässwörd für alle");
  expect(await isPassword("pässwörd für alle", hash)).toBe(true);
  expect(await isPassword("pässwörd für alle".normalize("NFD"), hash)).toBe(true);
  expect(await isPassword("pässwörd für Alle", hash)).toBe(false);
  expect(hash).not.toContain("pässwörd");
  expect(await hashPassword("pässwörd für alle")).not.toBe(hash);
});

it("knows nobody without a hash, nor by a hash of another kind", async () => {
  expect(await isPassword("anything", null)).toBe(false);
  expect(await isPassword("anything", "bcrypt$x")).toBe(false);
});

it("carries its parameters, so that older hashes keep working", async () => {
  const older = "scrypt$512$8$1$c2FsdHNhbHRzYWx0c2FsdA$";
  const { scryptSync } = await import("node:crypto");
  const hash =
    older +
    scryptSync("secret words", Buffer.from("c2FsdHNhbHRzYWx0c2FsdA", "base64url"), 32, { N: 512, r: 8, p: 1 }).toString(
      "base64url",
    );
  expect(await isPassword("secret words", hash)).toBe(true);
  expect(isOutdatedHash(hash)).toBe(true);
  expect(isOutdatedHash(await hashPassword("secret words"))).toBe(false);
});
