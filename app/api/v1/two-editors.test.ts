import { beforeAll, describe, expect, test } from "vitest";
import type { Db } from "@/db/client";
import { useTestDatabase } from "@/db/testing";
import { createContact, updateContact } from "@/lib/contacts/contacts";
import { type Ctx, openDatabase } from "@/lib/ctx";
import { getIntegration, updateIntegration } from "@/lib/integrations/integrations";
import { makeSender } from "@/lib/messages/testing";
import { getOrganization, updateOrganization } from "@/lib/organizations/organizations";

useTestDatabase();

let db: Db;
beforeAll(async () => {
  db = await openDatabase();
});

type Edited = { updatedAt: string };
type Kind = {
  name: string;
  begin: (ctx: Ctx, integrationId: string) => Promise<Edited & { id: string }>;
  /** Saves one of several values, as somebody who saw this. */
  save: (ctx: Ctx, id: string, value: number, seen?: string) => Promise<Edited>;
  shown: (value: number) => object;
};

const KINDS: Kind[] = [
  {
    name: "a contact",
    begin: (ctx) => createContact(ctx, { phoneNumber: "+905550107301", name: "Name 0" }),
    save: (ctx, id, value, updatedAt) => updateContact(ctx, id, { name: `Name ${value}`, ...(updatedAt && { updatedAt }) }),
    shown: (value) => ({ name: `Name ${value}` }),
  },
  {
    name: "the organization",
    begin: (ctx) => getOrganization(ctx),
    save: (ctx, _, value, updatedAt) =>
      updateOrganization(ctx, { unknownSettleMinutes: 100 + value, ...(updatedAt && { updatedAt }) }),
    shown: (value) => ({ unknownSettleMinutes: 100 + value }),
  },
  {
    name: "an integration",
    begin: (ctx, id) => getIntegration(ctx, id),
    save: (ctx, id, value, updatedAt) =>
      updateIntegration(ctx, id, { ratePerSecond: 10 + value, ...(updatedAt && { updatedAt }) }),
    shown: (value) => ({ ratePerSecond: expect.objectContaining({ set: 10 + value }) }),
  },
];

describe.each(KINDS)("two editors of $name", ({ begin, save, shown }) => {
  test("who saves second is told what stands there now, and may save having seen it", async () => {
    const { ctx, integration } = await makeSender(db);
    const { id, updatedAt } = await begin(ctx, integration.id);
    const first = await save(ctx, id, 1, updatedAt);
    expect(Date.parse(first.updatedAt)).toBeGreaterThan(Date.parse(updatedAt));
    await expect(save(ctx, id, 2, updatedAt)).rejects.toMatchObject({
      code: "conflict",
      details: { current: { ...shown(1), updatedAt: first.updatedAt } },
    });
    expect(await save(ctx, id, 2, first.updatedAt)).toMatchObject(shown(2));
    expect(await save(ctx, id, 3)).toMatchObject(shown(3));
  });
});
