import { TZDate } from "@date-fns/tz";
import { addDays, addMinutes, startOfDay } from "date-fns";
import { eq } from "drizzle-orm";
import { beforeAll, describe, expect, test } from "vitest";
import type { Db } from "@/db/client";
import { integrations } from "@/db/schema/integrations";
import { messages } from "@/db/schema/messages";
import { templates } from "@/db/schema/templates";
import { useTestDatabase } from "@/db/testing";
import { openDatabase } from "@/lib/ctx";
import { newId } from "@/lib/ids";
import { accountOf } from "@/lib/integrations/access";
import { makeSender, ORDER, type Sender } from "@/lib/messages/testing";
import { getOverview } from "./overview";

useTestDatabase();

let db: Db;
let sender: Sender;
let sample: typeof messages.$inferSelect;
const ZONE = "Asia/Tokyo";
const now = new Date();
const today = startOfDay(new TZDate(now, ZONE));

async function add(at: Date, values: Partial<typeof messages.$inferInsert> = {}) {
  const utc = new Date(at.getTime());
  await db.insert(messages).values({ ...sample, id: newId("msg", utc.getTime()), createdAt: utc, ...values });
}

beforeAll(async () => {
  db = await openDatabase();
  sender = await makeSender(db, { settings: { timeZone: ZONE } });
  await sender.optIn("+905551234567");
  sample = await sender.read((await sender.send({ phoneNumber: "+905551234567", ...ORDER })).id);
  await db.delete(messages).where(eq(messages.id, sample.id));
});

describe("the overview", () => {
  test("counts messages on the organization's own days, the first and last minute of each included", async () => {
    const yesterday = addDays(today, -1);
    const oldest = addDays(today, -13);
    await add(today);
    await add(today, { status: "cancelled" });
    await add(addMinutes(today, -1), { status: "read", sentAt: now, deliveredAt: now, readAt: now });
    await add(yesterday, { status: "delivered", sentAt: now, deliveredAt: now });
    await add(oldest, { status: "sent", sentAt: now });
    await add(addMinutes(oldest, -1));
    const { days, today: shown } = await getOverview(sender.ctxAt(now));
    expect(days).toHaveLength(14);
    const none = { accepted: 0, waiting: 0, sent: 0, delivered: 0, read: 0, failed: 0, cancelled: 0 };
    expect(shown).toEqual({ ...none, accepted: 2, waiting: 1, cancelled: 1 });
    expect(days.at(-1)).toMatchObject(shown);
    expect(days.at(-2)).toMatchObject({ ...none, accepted: 2, sent: 2, delivered: 2, read: 1 });
    expect(days[0]).toMatchObject({ ...none, accepted: 1, sent: 1 });
    expect(days.reduce((sum, day) => sum + day.accepted, 0)).toBe(5);
  });

  test("names failures of the last seven days by cause, and asks a person to look at those of the last day", async () => {
    const failed = { status: "failed", failure: { code: 131026, reason: "not_reachable" }, failedAt: now } as const;
    await add(addMinutes(now, -30), failed);
    await add(addDays(now, -3), failed);
    await add(addDays(now, -8), failed);
    await add(addDays(now, -12), { status: "unknown", unknownSince: now });
    const { failures, attention } = await getOverview(sender.ctxAt(now));
    expect(failures).toMatchObject([{ code: 131026, count: 2 }]);
    expect(attention).toContainEqual({ kind: "messages_failed", count: 1, href: "/messages?status=failed" });
    expect(attention).toContainEqual({ kind: "messages_unknown", count: 1, href: "/messages?status=unknown" });
  });

  test("counts paused, disabled and rejected templates once whatever their languages, and leaves the sandbox's samples alone", async () => {
    const ours = eq(integrations.organizationId, sender.ctxAt(now).organizationId);
    const [number] = await db.update(integrations).set({ sandbox: true }).where(ours).returning();
    const add = (businessAccountId: string, name: string, language: string, status: string) =>
      db.insert(templates).values({
        id: newId("tpl"),
        organizationId: sender.ctxAt(now).organizationId,
        businessAccountId,
        metaId: newId("tpl"),
        name,
        language,
        category: "UTILITY",
        status,
        parameterFormat: "POSITIONAL",
        components: [],
        syncedAt: now,
      });
    if (!number) throw new Error("There is no number");
    await db.delete(templates).where(eq(templates.organizationId, sender.ctxAt(now).organizationId));
    await add(accountOf(number), "sample", "en", "PAUSED");
    await add("102290129340398", "order", "en", "PAUSED");
    await add("102290129340398", "order", "tr", "PAUSED");
    await add("102290129340398", "offer", "tr", "DISABLED");
    await add("102290129340398", "news", "tr", "REJECTED");
    const { attention } = await getOverview(sender.ctxAt(now));
    expect(attention.filter(({ kind }) => kind.startsWith("template"))).toEqual([
      { kind: "template_paused", count: 1, href: "/templates?status=PAUSED" },
      { kind: "template_disabled", count: 1, href: "/templates?status=DISABLED" },
      { kind: "templates_rejected", count: 1, href: "/templates?status=REJECTED" },
    ]);
  });
});
