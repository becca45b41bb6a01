import { eq } from "drizzle-orm";
import { beforeAll, expect, test } from "vitest";
import type { Db } from "@/db/client";
import { consents } from "@/db/schema/contacts";
import { useTestDatabase } from "@/db/testing";
import { makeOrganization } from "@/db/testing-data";
import { openDatabase } from "@/lib/ctx";
import { newId } from "@/lib/ids";
import { deriveConsent } from "./consent";
import { consentStates } from "./consents";
import { resolvePeople } from "./people";
import { CONSENT_PURPOSES } from "./schema";

useTestDatabase();
let db: Db;
beforeAll(async () => {
  db = await openDatabase();
});

test("the database and the program name the same newest word, of any ledger", async () => {
  const seed = Number(process.env.TEST_SEED ?? Math.floor(Math.random() * 1e9));
  console.info(`seed ${seed}`);
  let state = seed;
  const below = (n: number) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return Math.floor((state / 2 ** 32) * n);
  };
  const { ctx, organizationId } = await makeOrganization(db);
  const people = (
    await resolvePeople(
      ctx,
      Array.from({ length: 150 }, (_, i) => ({ userId: `TR.${i}` })),
    )
  ).map(String);
  const start = Date.parse("2026-05-01T00:00:00Z");
  // Few moments, so that words often meet within one second, one millisecond, and one record.
  const words = people.flatMap((contactId) =>
    Array.from({ length: below(7) }, () => ({
      id: newId("cns", start + below(3)),
      organizationId,
      contactId,
      purpose: CONSENT_PURPOSES[below(4)] ?? "all",
      status: below(2) ? ("opted_in" as const) : ("opted_out" as const),
      source: "test",
      occurredAt: new Date(start + below(4) * 400),
      recordedAt: new Date(start + below(3)),
      recordedBy: "test",
    })),
  );
  await db.insert(consents).values(words);
  const kept = await db.select().from(consents).where(eq(consents.organizationId, organizationId));
  expect(kept).toHaveLength(words.length);
  const states = await consentStates(ctx, people);
  for (const id of people)
    expect(states.get(id), `seed ${seed}`).toEqual(deriveConsent(kept.filter(({ contactId }) => contactId === id)));
});
