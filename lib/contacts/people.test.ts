import { randomInt } from "node:crypto";
import { and, eq } from "drizzle-orm";
import { beforeAll, describe, expect, test } from "vitest";
import type { Db } from "@/db/client";
import { contactAddresses, contacts } from "@/db/schema/contacts";
import { auditEntries } from "@/db/schema/organizations";
import { useTestDatabase } from "@/db/testing";
import { makeOrganization } from "@/db/testing-data";
import { type Ctx, openDatabase } from "@/lib/ctx";
import { identityForm } from "@/lib/phone-forms";
import { consentStates } from "./consents";
import { recordConsent } from "./ledger";
import { noteMarketingWords } from "./marketing-stop";
import { type Named, resolvePeople, teachAddresses } from "./people";

useTestDatabase();
let db: Db;
beforeAll(async () => {
  db = await openDatabase();
});

const people = async (ctx: Ctx) => db.select().from(contacts).where(eq(contacts.organizationId, ctx.organizationId));
const read = async (id: string | null | undefined) =>
  (
    await db
      .select()
      .from(contacts)
      .where(eq(contacts.id, id ?? ""))
  )[0];
const one = async (ctx: Ctx, named: Named) => (await resolvePeople(ctx, [named]))[0];
const makeCtx = async () => (await makeOrganization(db)).ctx;

describe("whom an address belongs to", () => {
  test.each([
    ["Mexico", "+525512345678", "5215512345678"],
    ["Brazil", "+5547987654321", "554787654321"],
    ["Argentina", "+541123456789", "5491123456789"],
    ["Côte d'Ivoire", "+2250707123456", "22507123456"],
    ["Benin", "+2290197123456", "22997123456"],
  ])("%s: the number people write and Meta's id are one person, whichever comes first", async (_, phone, waId) => {
    const [first, second] = [await makeCtx(), await makeCtx()];
    expect(await one(first, { waId })).toBe(await one(first, { phone }));
    expect(await one(second, { phone })).toBe(await one(second, { waId }));
  });

  test("whom Meta names is a person, also where the phone library knows no such number", async () => {
    const ctx = await makeCtx();
    const id = await one(ctx, { waId: "999123456789012", profileName: "Somebody" });
    expect(await read(id)).toMatchObject({ phone: "+999123456789012", name: "Somebody" });
  });

  test("what Meta's answer teaches joins the number that was written to with the id that answers", async () => {
    const ctx = await makeCtx();
    const id = await one(ctx, { phone: "+5547932345678" });
    await teachAddresses(ctx, [{ phone: "+5547932345678", waId: "554732345678", userId: "BR.1" }]);
    expect(await one(ctx, { waId: "554732345678" })).toBe(id);
    expect(await one(ctx, { userId: "BR.1" })).toBe(id);
    expect(await read(id)).toMatchObject({ phone: "+5547932345678", userId: "BR.1" });
  });

  test("a user id alone is a person of its country, and a number that comes later is hers", async () => {
    const ctx = await makeCtx();
    const id = await one(ctx, { userId: "TR.77", username: "ayse", profileName: "Ayşe" });
    expect(await read(id)).toMatchObject({ phone: null, userId: "TR.77", country: "TR", name: "Ayşe" });
    expect(await one(ctx, { waId: "905551112233", userId: "TR.77" })).toBe(id);
    expect(await read(id)).toMatchObject({ phone: "+905551112233" });
  });

  test("a parent id and a name of one's choosing join nobody: they find a person when nothing else is named", async () => {
    const ctx = await makeCtx();
    const first = await one(ctx, { userId: "TR.1", parentUserId: "P.1", username: "same" });
    const second = await one(ctx, { userId: "TR.2", parentUserId: "P.1", username: "Same" });
    expect(second).not.toBe(first);
    expect(await one(ctx, { parentUserId: "P.1" })).toBe(second);
    expect(await one(ctx, { username: "SAME" })).toBe(second);
  });

  test("the same number is another contact, with another fingerprint, in another organization", async () => {
    const [a, b] = [await makeCtx(), await makeCtx()];
    const ids = [await one(a, { phone: "+905550001122" }), await one(b, { phone: "+905550001122" })];
    const rows = await db.select().from(contactAddresses).where(eq(contactAddresses.kind, "phone"));
    const [x, y] = ids.map((id) => rows.find((row) => row.contactId === id));
    expect(x?.value).toBe(y?.value);
    expect(x?.valueIndex).not.toBe(y?.valueIndex);
  });

  test("a message that went to a user id teaches no number", async () => {
    const ctx = await makeCtx();
    const id = await one(ctx, { userId: "TR.78" });
    await teachAddresses(ctx, [{ contactId: id ?? "", phone: "TR.78", userId: "TR.78" }]);
    expect(await read(id)).toMatchObject({ phone: null, userId: "TR.78" });
  });

  test("names nobody: null, and no contact", async () => {
    const ctx = await makeCtx();
    expect(await resolvePeople(ctx, [{}, { waId: "  " }, { profileName: "X" }])).toEqual([null, null, null]);
    expect(await people(ctx)).toEqual([]);
  });
});

describe("the name a person goes by", () => {
  test("one that cannot be seen never keeps the real one out, and the first real one stays", async () => {
    const ctx = await makeCtx();
    const waId = "905550002233";
    for (const profileName of ["\u200b\u3164 \u2800", "", "\u0000\ud800", "Ayşe 👩‍👩‍👧", "Other"])
      await one(ctx, { waId, profileName });
    expect(await read(await one(ctx, { waId }))).toMatchObject({ name: "Ayşe 👩‍👩‍👧" });
  });

  test("a long one is cut between characters", async () => {
    const ctx = await makeCtx();
    const family = "👨‍👩‍👧‍👦";
    const id = await one(ctx, { waId: "905550002244", profileName: `a${family.repeat(20)}` });
    expect((await read(id))?.name).toBe(`a${family.repeat(10)}`);
  });
});

describe("two contacts that prove to be one", () => {
  test("become the older one; a no of either side holds, to us and to Meta", async () => {
    const ctx = await makeCtx();
    const phone = "+905550003344";
    const older = await one(ctx, { phone });
    await recordConsent(ctx, { phoneNumber: phone, status: "opted_in", purpose: "all", source: "form" });
    const younger = await one(ctx, { userId: "TR.55" });
    expect(younger).not.toBe(older);
    await noteMarketingWords(ctx, [
      { contactId: younger ?? "", stops: true, at: new Date("2026-01-01T00:00:00Z"), how: "preference" },
    ]);
    expect(await one(ctx, { waId: "905550003344", userId: "TR.55" })).toBe(older);
    expect(await read(older)).toMatchObject({ userId: "TR.55", marketingStoppedAt: new Date("2026-01-01T00:00:00Z") });
    expect(await read(younger)).toBeUndefined();
    const trail = await db
      .select()
      .from(auditEntries)
      .where(and(eq(auditEntries.organizationId, ctx.organizationId), eq(auditEntries.action, "contact.merged")));
    expect(trail).toMatchObject([{ targetId: older, details: { mergedId: younger, consents: 1, addresses: 1 } }]);
  });

  test("an opt-out of the one outlives a newer opt-in of the other, until the person says otherwise", async () => {
    const ctx = await makeCtx();
    const said = (phoneNumber: string, status: "opted_in" | "opted_out", occurredAt: string) =>
      recordConsent(ctx, { phoneNumber, status, purpose: "marketing", source: "form", occurredAt });
    await said("+5547932345679", "opted_out", "2026-01-01T00:00:00Z");
    await said("+554732345679", "opted_in", "2026-02-01T00:00:00Z");
    const [id] = await resolvePeople(ctx, [{ phone: "+5547932345679", waId: "554732345679" }]);
    expect((await consentStates(ctx, [id ?? ""])).get(id ?? "")?.marketing).toBe("opted_out");
    const later = new Date(Date.now() + 60_000);
    await recordConsent(
      { ...ctx, now: later },
      { phoneNumber: "+554732345679", status: "opted_in", purpose: "marketing", source: "form" },
    );
    expect((await consentStates(ctx, [id ?? ""])).get(id ?? "")?.marketing).toBe("opted_in");
  });
});

/** A generator that a printed number starts again. */
function seeded(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 32;
  };
}

/** Made-up people, each with one to four addresses; every sighting names one or two of them. */
function makeSightings(random: () => number): Named[] {
  const named: Named[] = [];
  for (let person = 0; person < 6; person++) {
    const phone = `+55479${6 + (person % 4)}${String(1000000 + person)}`;
    const waId = person % 2 === 0 ? `5547${phone.slice(6)}` : phone.slice(1);
    const all: Named[] = [
      { phone },
      { waId },
      { userId: `BR.${person}`, waId },
      { userId: `BR.${person}b`, phone },
      { userId: `BR.${person}` },
    ];
    named.push(...all.filter(() => random() < 0.7));
  }
  return named;
}

const shuffled = <T>(list: readonly T[], random: () => number): T[] =>
  list
    .map((value) => ({ value, at: random() }))
    .sort((a, b) => a.at - b.at)
    .map(({ value }) => value);

/** Who is whom in the end, without ids: the groups of addresses. */
async function partition(ctx: Ctx): Promise<string[]> {
  const rows = await db.select().from(contactAddresses).where(eq(contactAddresses.organizationId, ctx.organizationId));
  const groups = new Map<string, string[]>();
  for (const { contactId, kind, value } of rows) {
    groups.set(contactId, [...(groups.get(contactId) ?? []), `${kind} ${identityForm(value)}`]);
  }
  return [...groups.values()].map((group) => group.sort().join(" ")).sort();
}

test("any order of sightings, at once or one by one, gives the same people", { timeout: 60_000 }, async () => {
  const seed = randomInt(2 ** 31);
  console.info(`seed ${seed}`);
  const random = seeded(seed);
  for (let round = 0; round < 3; round++) {
    const sightings = makeSightings(random);
    const inOneGo = await makeCtx();
    await resolvePeople(inOneGo, sightings);
    const oneByOne = await makeCtx();
    for (const named of shuffled(sightings, random)) await resolvePeople(oneByOne, [named]);
    const atOnce = await makeCtx();
    const parts = shuffled([...sightings, ...sightings], random).map((named) => [named]);
    await Promise.all(parts.map((part) => resolvePeople(atOnce, part)));
    const expected = await partition(inOneGo);
    expect(await partition(oneByOne), `seed ${seed}, round ${round}`).toEqual(expected);
    expect(await partition(atOnce), `seed ${seed}, round ${round}`).toEqual(expected);
    expect((await people(atOnce)).length, `seed ${seed}, round ${round}`).toBe(expected.length);
  }
});
