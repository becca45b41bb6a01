import { eq, sql } from "drizzle-orm";
import { beforeAll, describe, expect, test } from "vitest";
import { POST as check } from "@/app/api/v1/crm/whatsapp/check/route";
import { POST as send } from "@/app/api/v1/crm/whatsapp/send/route";
import { ask } from "@/app/api/v1/testing";
import type { Db } from "@/db/client";
import { contacts } from "@/db/schema/contacts";
import { integrations } from "@/db/schema/integrations";
import { outreach } from "@/db/schema/messages";
import { templates } from "@/db/schema/templates";
import { useTestDatabase } from "@/db/testing";
import { makeOrganization } from "@/db/testing-data";
import { updateContact } from "@/lib/contacts/contacts";
import { openDatabase } from "@/lib/ctx";
import { DEFAULT_BUSINESS_HOURS } from "@/lib/organizations/schema";
import { askGate, chooseLanguage } from "./gate";
import type { SendMessage } from "./schema";
import { ALWAYS_OPEN, addIntegration, makeSender, ORDER, type Sender, somePhone } from "./testing";

useTestDatabase();

let db: Db;
beforeAll(async () => {
  db = await openDatabase();
});

const HOUR_MS = 3_600_000;
const OFFER = { template: "weekend_offer", templateParams: { customerName: "Ayşe", discount: "20%", code: "WEEKEND20" } };
const CODE = { template: "login_code", templateParams: ["123456"], language: "en" };

async function verdictOf(org: Sender, wish: SendMessage, now = new Date()) {
  const [verdict] = await askGate(org.ctxAt(now), [{ wish }]);
  if (!verdict) throw new Error("The gate said nothing.");
  return { ...verdict, codes: verdict.reasons.map((reason) => reason.code) };
}
const codesOf = async (org: Sender, wish: SendMessage, now?: Date) => (await verdictOf(org, wish, now)).codes;
const setIntegration = (org: Sender, changes: Partial<typeof integrations.$inferInsert>) =>
  db.update(integrations).set(changes).where(eq(integrations.id, org.integration.id));

async function optedIn(org: Sender, purpose: Parameters<Sender["optIn"]>[1] = "all") {
  const phoneNumber = somePhone();
  await org.optIn(phoneNumber, purpose);
  return phoneNumber;
}

async function useUp(org: Sender, people: number, agoMs = HOUR_MS): Promise<void> {
  await db.insert(outreach).values(
    Array.from({ length: people }, (_, i) => ({
      organizationId: org.organizationId,
      portfolioId: org.integration.businessAccountId,
      contactId: `person ${i}`,
      deliveredAt: new Date(Date.now() - agoMs + i * 1_000),
    })),
  );
}

describe("each reason alone", () => {
  test("a number that is not in international format", async () => {
    const org = await makeSender(db);
    for (const phoneNumber of ["0555 123 45 67", "5551234567", "+", "", "hello", "+90", "+90555123456789012"])
      expect(await codesOf(org, { phoneNumber, ...ORDER })).toEqual(["invalid_phone_number"]);
  });

  test("no integration, one that is not verified, one that failed, one that is paused", async () => {
    const nobody = await makeOrganization(db);
    const [verdict] = await askGate({ ...nobody.ctx, now: new Date() }, [
      { wish: { phoneNumber: "+905551234567", message: "Hi" } },
    ]);
    expect(verdict?.reasons[0]?.code).toBe("integration_not_verified");
    const org = await makeSender(db);
    const phoneNumber = await optedIn(org);
    for (const status of ["unverified", "failed"] as const) {
      await setIntegration(org, { status });
      expect(await codesOf(org, { phoneNumber, ...ORDER })).toEqual(["integration_not_verified"]);
    }
    await setIntegration(org, { status: "paused", pauseReason: "billing" });
    const paused = await verdictOf(org, { phoneNumber, ...ORDER });
    expect(paused.codes).toEqual(["integration_paused"]);
    expect(paused.reasons[0]?.details).toMatchObject({ reason: "billing" });
  });

  test("another organization's integration, or a removed one, is not found", async () => {
    const [org, other] = [await makeSender(db), await makeSender(db)];
    const phoneNumber = await optedIn(org);
    expect(await codesOf(org, { phoneNumber, ...ORDER, integrationId: other.integration.id })).toContain("not_found");
    await setIntegration(other, { deletedAt: new Date() });
    const answer = await ask(send, { token: other.token, body: { phoneNumber, ...ORDER, integrationId: other.integration.id } });
    expect(answer).toMatchObject({ status: 404, body: { error: "not_found" } });
  });

  test("no opt-in, one for another purpose, and an opt-out", async () => {
    const org = await makeSender(db);
    expect(await codesOf(org, { phoneNumber: somePhone(), ...ORDER })).toEqual(["recipient_not_opted_in"]);
    expect(await codesOf(org, { phoneNumber: await optedIn(org, "marketing"), ...ORDER })).toEqual(["recipient_not_opted_in"]);
    const phoneNumber = await optedIn(org);
    expect(await codesOf(org, { phoneNumber, ...ORDER })).toEqual([]);
    await org.optOut(phoneNumber);
    expect(await codesOf(org, { phoneNumber, ...ORDER })).toEqual(["recipient_not_opted_in"]);
  });

  test("a template's category cannot be talked away by naming another purpose", async () => {
    const org = await makeSender(db);
    const phoneNumber = await optedIn(org, "utility");
    expect(await codesOf(org, { phoneNumber, ...OFFER, purpose: "utility" })).toEqual(["recipient_not_opted_in"]);
    expect(await codesOf(org, { phoneNumber, ...ORDER, purpose: "marketing" })).toEqual(["recipient_not_opted_in"]);
    const codesOnly = await optedIn(org, "authentication");
    expect(await codesOf(org, { phoneNumber: codesOnly, ...ORDER, purpose: "authentication" })).toEqual([
      "recipient_not_opted_in",
    ]);
  });

  test("marketing stopped at Meta stands against marketing only", async () => {
    const org = await makeSender(db);
    const phoneNumber = await optedIn(org);
    await db.update(contacts).set({ marketingStoppedAt: new Date() }).where(eq(contacts.organizationId, org.organizationId));
    expect(await codesOf(org, { phoneNumber, ...OFFER })).toEqual(["recipient_opted_out_at_meta"]);
    expect(await codesOf(org, { phoneNumber, ...ORDER })).toEqual([]);
  });

  test("a template that is not there, not in that language, or not approved", async () => {
    const org = await makeSender(db);
    const phoneNumber = await optedIn(org);
    expect(await codesOf(org, { phoneNumber, template: "no_such_template" })).toEqual(["template_not_found"]);
    const german = await verdictOf(org, { phoneNumber, ...ORDER, language: "de" });
    expect(german.codes).toEqual(["template_not_found"]);
    expect(german.reasons[0]?.details).toMatchObject({ languages: ["en", "tr"] });
    for (const [template, templateParams] of [
      ["loyalty_points", { customerName: "A", points: "1" }],
      ["flash_sale", undefined],
      ["winter_campaign", { customerName: "A" }],
      ["price_change_notice", undefined],
    ] as const) {
      const codes = await codesOf(org, { phoneNumber, template, ...(templateParams ? { templateParams } : {}) });
      expect(codes, template).toEqual(["template_not_approved"]);
    }
  });

  test("parameters that do not fit say which, and what was expected", async () => {
    const org = await makeSender(db);
    const phoneNumber = await optedIn(org);
    const verdict = await verdictOf(org, { phoneNumber, ...ORDER, templateParams: { orderNumber: "1", surname: "x" } });
    expect(verdict.codes).toEqual(["template_params_mismatch"]);
    expect(verdict.reasons[0]?.details).toMatchObject({ missing: ["customerName"], unexpected: ["surname"] });
    expect(await codesOf(org, { phoneNumber, template: "order_confirmation" })).toEqual(["template_params_mismatch"]);
  });

  test("free text outside the 24-hour window; inside, to the second, it passes", async () => {
    const org = await makeSender(db);
    const phoneNumber = await optedIn(org);
    const wish = { phoneNumber, message: "Hello" };
    expect(await codesOf(org, wish)).toEqual(["outside_customer_service_window"]);
    const wroteAt = new Date(Date.now() - HOUR_MS);
    await org.heard(phoneNumber, wroteAt);
    expect(await codesOf(org, wish, new Date(wroteAt.getTime() + 24 * HOUR_MS - 1_000))).toEqual([]);
    expect(await codesOf(org, wish, new Date(wroteAt.getTime() + 24 * HOUR_MS + 1_000))).toEqual([
      "outside_customer_service_window",
    ]);
  });

  test("a window belongs to one number and one person", async () => {
    const org = await makeSender(db);
    const second = await addIntegration(db, org.organizationId);
    const phoneNumber = await optedIn(org);
    await org.heard(phoneNumber);
    expect(await codesOf(org, { phoneNumber, message: "Hello" })).toEqual([]);
    expect(await codesOf(org, { phoneNumber, message: "Hello", integrationId: second.id })).toEqual([
      "outside_customer_service_window",
    ]);
  });

  test("the allowance used up says when the next place is free; known people and open windows need none", async () => {
    const org = await makeSender(db, { integration: { messagingLimitTier: "TIER_50" } });
    const [phoneNumber, writer] = [await optedIn(org), await optedIn(org)];
    await org.heard(writer);
    await useUp(org, 50, 20 * HOUR_MS);
    const verdict = await verdictOf(org, { phoneNumber, ...ORDER });
    expect(verdict.codes).toEqual(["rate_limit_exceeded"]);
    expect(verdict.reasons[0]?.retryAfterSeconds).toBeGreaterThan(3.9 * 3600);
    expect(verdict.reasons[0]?.retryAfterSeconds).toBeLessThanOrEqual(4 * 3600);
    expect(await codesOf(org, { phoneNumber: writer, ...ORDER })).toEqual([]);
  });

  test("an allowance that Meta lowered is free when so many places are free, not with the first", async () => {
    const org = await makeSender(db, { integration: { messagingLimitTier: "TIER_50" } });
    const phoneNumber = await optedIn(org);
    await useUp(org, 60, HOUR_MS);
    const verdict = await verdictOf(org, { phoneNumber, ...ORDER });
    const seconds = 23 * 3600 + 10;
    expect(verdict.reasons[0]?.retryAfterSeconds).toBeGreaterThan(seconds - 30);
    expect(verdict.reasons[0]?.retryAfterSeconds).toBeLessThanOrEqual(seconds + 1);
  });

  test("hours that never open refuse, instead of sending at night", async () => {
    const never = {
      ...ALWAYS_OPEN,
      week: Object.fromEntries(Object.keys(ALWAYS_OPEN.week).map((day) => [day, []])) as unknown as typeof ALWAYS_OPEN.week,
    };
    const org = await makeSender(db, { settings: { businessHours: never } });
    expect(await codesOf(org, { phoneNumber: await optedIn(org), ...ORDER })).toEqual(["conflict"]);
  });
});

test("all reasons come together, in the order in which they are to be mended", async () => {
  const org = await makeSender(db, { integration: { messagingLimitTier: "TIER_50", status: "paused", pauseReason: "operator" } });
  const phoneNumber = await optedIn(org);
  await org.optOut(phoneNumber);
  await db.update(contacts).set({ marketingStoppedAt: new Date() }).where(eq(contacts.organizationId, org.organizationId));
  await useUp(org, 50);
  expect(await codesOf(org, { phoneNumber, template: "winter_campaign", templateParams: { wrong: "x" } })).toEqual([
    "integration_paused",
    "recipient_not_opted_in",
    "recipient_opted_out_at_meta",
    "template_not_approved",
    "template_params_mismatch",
    "rate_limit_exceeded",
  ]);
  expect(await codesOf(org, { phoneNumber, message: "Hello" })).toEqual([
    "integration_paused",
    "recipient_not_opted_in",
    "outside_customer_service_window",
  ]);
  expect(await codesOf(org, { phoneNumber: "5551234567", template: "no_such_template" })).toEqual([
    "invalid_phone_number",
    "integration_paused",
    "template_not_found",
  ]);
});

describe("the guide's errors through POST /send", () => {
  const post = async (org: { token: string }, body: unknown) => {
    const response = await send(
      new Request("http://localhost/api/v1/crm/whatsapp/send", {
        method: "POST",
        headers: { authorization: `Bearer ${org.token}`, "content-type": "application/json" },
        body: JSON.stringify(body),
      }),
      { params: Promise.resolve({}) },
    );
    const { error, message, requestId, details, ...rest } = await response.json();
    expect(rest).toEqual({});
    expect(requestId).toMatch(/^req_/);
    return { status: response.status, retryAfter: response.headers.get("retry-after"), error, message, details };
  };

  test("invalid_phone_number: 400, with the number that was probably meant", async () => {
    const org = await makeSender(db);
    for (const phoneNumber of ["0555 123 45 67", "5551234567"]) {
      expect(await post(org, { phoneNumber, message: "Hello" })).toMatchObject({
        status: 400,
        error: "invalid_phone_number",
        message: "Phone number format is invalid",
        details: { phoneNumber, suggestion: "+905551234567" },
      });
    }
    const without = await post(org, { phoneNumber: "12", message: "Hello" });
    expect(without).toMatchObject({ status: 400, error: "invalid_phone_number" });
    expect(without.details).not.toHaveProperty("suggestion");
  });

  test("template_not_approved: 422", async () => {
    const org = await makeSender(db);
    const phoneNumber = await optedIn(org);
    expect(await post(org, { phoneNumber, template: "winter_campaign", templateParams: { customerName: "A" } })).toMatchObject({
      status: 422,
      error: "template_not_approved",
      message: "Message template is not approved by Meta",
      details: { status: "PAUSED" },
    });
  });

  test("rate_limit_exceeded: 429 with Retry-After in whole seconds", async () => {
    const org = await makeSender(db, { integration: { messagingLimitTier: "TIER_50" } });
    const phoneNumber = await optedIn(org);
    await useUp(org, 50);
    const answer = await post(org, { phoneNumber, ...ORDER });
    expect(answer).toMatchObject({ status: 429, error: "rate_limit_exceeded", message: "Too many messages sent. Please wait." });
    expect(answer.retryAfter).toMatch(/^\d+$/);
    expect(Number(answer.retryAfter)).toBeGreaterThan(22 * 3600);
  });

  test("recipient_not_opted_in: 403", async () => {
    const org = await makeSender(db);
    expect(await post(org, { phoneNumber: "+905551234567", ...ORDER })).toMatchObject({
      status: 403,
      error: "recipient_not_opted_in",
      message: "Recipient has not opted in to receive messages",
    });
  });
});

test("an empty text, and a NUL that PostgreSQL cannot hold, are refused at the door", async () => {
  const org = await makeSender(db);
  const phoneNumber = await optedIn(org);
  await org.heard(phoneNumber);
  for (const wish of [
    { message: " \n " },
    { template: "a\u0000b" },
    { message: "Hello", idempotencyKey: "a\u0000b" },
    { message: "Hello", idempotencyKey: "\ud800" },
    { message: "Hello", "\udfff": "x" },
    { message: "Hello", integrationId: "\u0000" },
  ]) {
    const answer = await ask(send, { token: org.token, body: { phoneNumber, ...wish } });
    expect(answer, JSON.stringify(wish)).toMatchObject({ status: 400, body: { error: "validation_failed" } });
  }
});

describe("POST /check", () => {
  test("gives every reason with what to do, and writes nothing", async () => {
    const org = await makeSender(db, { integration: { status: "unverified" } });
    const before = await countRows();
    const refused = await ask(check, {
      token: org.token,
      body: { phoneNumber: "5551234567", template: "winter_campaign", templateParams: {} },
    });
    expect(refused.status).toBe(200);
    expect(refused.body.ok).toBe(false);
    expect(refused.body.reasons.map((r: { code: string }) => r.code)).toEqual([
      "invalid_phone_number",
      "integration_not_verified",
      "template_not_approved",
      "template_params_mismatch",
    ]);
    for (const reason of refused.body.reasons)
      expect(reason).toMatchObject({ message: expect.any(String), fix: expect.any(String) });
    await ask(check, { token: org.token, body: { phoneNumber: somePhone(), message: "Hello" } });
    const counted = await countRows();
    expect(counted).toEqual(before);
  });

  test("says when a message would leave", async () => {
    const org = await makeSender(db, {
      settings: { businessHours: { ...ALWAYS_OPEN, holidays: [{ date: today("Europe/Istanbul") }] } },
    });
    const phoneNumber = await optedIn(org);
    const answer = await ask(check, { token: org.token, body: { phoneNumber, ...ORDER } });
    expect(answer.body).toMatchObject({ ok: true, reasons: [] });
    expect(Date.parse(answer.body.scheduledFor)).toBeGreaterThan(Date.now());
  });

  async function countRows(): Promise<Record<string, number>> {
    const tables = await db.execute<{ name: string }>(
      sql`select table_name as name from information_schema.tables where table_schema = 'public' and table_type = 'BASE TABLE' order by 1`,
    );
    const counts: Record<string, number> = {};
    for (const { name } of tables) {
      const [row] = await db.execute<{ n: number }>(sql`select count(*)::int as n from ${sql.identifier(name)}`);
      counts[name] = row?.n ?? 0;
    }
    return counts;
  }

  function today(timeZone: string): string {
    return new Intl.DateTimeFormat("en-CA", { timeZone }).format(new Date());
  }
});

describe("business hours", () => {
  const BERLIN = { timeZone: "Europe/Berlin", businessHours: DEFAULT_BUSINESS_HOURS };
  const at = (iso: string) => new Date(iso);

  test("schedule to the next opening, also across the hour that autumn adds and spring takes", async () => {
    const org = await makeSender(db, { settings: BERLIN });
    const phoneNumber = await optedIn(org);
    const scheduled = async (iso: string) =>
      (await verdictOf(org, { phoneNumber, ...ORDER }, at(iso))).scheduledFor?.toISOString() ?? null;
    expect(await scheduled("2026-07-01T06:59:59Z")).toBe("2026-07-01T07:00:00.000Z");
    expect(await scheduled("2026-07-01T07:00:00Z")).toBeNull();
    expect(await scheduled("2026-07-01T15:59:59Z")).toBeNull();
    expect(await scheduled("2026-07-01T16:00:00Z")).toBe("2026-07-02T07:00:00.000Z");
    // The clocks go back on 25 October 2026 and forward on 28 March 2027.
    expect(await scheduled("2026-10-24T18:00:00Z")).toBe("2026-10-25T08:00:00.000Z");
    expect(await scheduled("2027-03-27T18:00:00Z")).toBe("2027-03-28T07:00:00.000Z");
  });

  test("skip holidays, and are read on the recipient's clock when the organization says so", async () => {
    const holidays = [{ date: "2026-12-25" }, { date: "2026-12-26" }];
    const org = await makeSender(db, {
      settings: { ...BERLIN, businessHours: { ...DEFAULT_BUSINESS_HOURS, holidays, zone: "recipient" } },
    });
    const phoneNumber = await optedIn(org);
    expect((await verdictOf(org, { phoneNumber, ...ORDER }, at("2026-12-25T10:00:00Z"))).scheduledFor?.toISOString()).toBe(
      "2026-12-27T08:00:00.000Z",
    );
    const contact = await org.heard(phoneNumber, at("2020-01-01T00:00:00Z"));
    await updateContact(org.ctxAt(new Date()), contact.id, { timeZone: "America/New_York" });
    expect((await verdictOf(org, { phoneNumber, ...ORDER }, at("2026-12-28T10:00:00Z"))).scheduledFor?.toISOString()).toBe(
      "2026-12-28T14:00:00.000Z",
    );
  });

  test("let sign-in codes and replies inside an open window pass, and hold other purposes", async () => {
    const org = await makeSender(db, { settings: BERLIN });
    const phoneNumber = await optedIn(org);
    const night = at("2026-07-01T22:00:00Z");
    await org.heard(phoneNumber, new Date(night.getTime() - HOUR_MS));
    const scheduled = async (wish: object) => (await verdictOf(org, { phoneNumber, ...wish }, night)).scheduledFor;
    expect(await scheduled(CODE)).toBeNull();
    expect(await scheduled({ message: "Here you are" })).toBeNull();
    expect(await scheduled(ORDER)).not.toBeNull();
    expect(await scheduled(OFFER)).not.toBeNull();
  });

  test("bind only the purposes that the organization names", async () => {
    const org = await makeSender(db, {
      settings: { ...BERLIN, businessHours: { ...DEFAULT_BUSINESS_HOURS, purposes: ["marketing"] } },
    });
    const phoneNumber = await optedIn(org);
    const night = at("2026-07-01T22:00:00Z");
    expect((await verdictOf(org, { phoneNumber, ...ORDER }, night)).scheduledFor).toBeNull();
    expect((await verdictOf(org, { phoneNumber, ...OFFER }, night)).scheduledFor).not.toBeNull();
  });
});

describe("the language of a template", () => {
  const list = (...languages: string[]) =>
    languages.map((language) => ({
      language: language.replace("!", ""),
      status: language.endsWith("!") ? "PAUSED" : "APPROVED",
    }));
  const chosen = (templates: ReturnType<typeof list>, asked: string | undefined, personal: string | null, preferred: string[]) =>
    chooseLanguage(templates, asked, personal, preferred)?.language ?? null;

  test("is the asked one in any writing, else the person's, else the organization's first, else what there is", () => {
    expect(chosen(list("en_US", "tr"), "en-us", null, ["tr"])).toBe("en_US");
    expect(chosen(list("en_US", "tr"), "TR", null, ["en"])).toBe("tr");
    expect(chosen(list("en_US", "tr"), "en", null, ["tr"])).toBe("en_US");
    expect(chosen(list("en_US", "tr"), "de", null, ["tr"])).toBeNull();
    expect(chosen(list("en_US", "tr"), undefined, "en", ["tr"])).toBe("en_US");
    expect(chosen(list("en_US", "tr"), undefined, "de", ["tr", "en"])).toBe("tr");
    expect(chosen(list("pt_BR"), undefined, null, ["tr"])).toBe("pt_BR");
    expect(chosen([], undefined, null, ["tr"])).toBeNull();
  });

  test("prefers an approved one unless another was asked for exactly", () => {
    expect(chosen(list("tr!", "en"), undefined, "tr", ["tr"])).toBe("en");
    expect(chosen(list("tr!", "en"), "tr", null, ["en"])).toBe("tr");
    expect(chosen(list("en_GB!", "en_US"), "en", null, ["tr"])).toBe("en_US");
  });

  test("is the person's when the message names none", async () => {
    const org = await makeSender(db);
    const phoneNumber = await optedIn(org);
    const contact = await org.heard(phoneNumber, new Date(0));
    const { language: _, ...wish } = ORDER;
    const contentOf = async () => (await verdictOf(org, { phoneNumber, ...wish })).passed?.content;
    expect(await contentOf()).toMatchObject({ language: "tr" });
    await updateContact(org.ctxAt(new Date()), contact.id, { language: "en" });
    expect(await contentOf()).toMatchObject({ language: "en" });
  });
});

test("templates of another account are not found, though the organization has both", async () => {
  const org = await makeSender(db);
  const second = await addIntegration(db, org.organizationId);
  const phoneNumber = await optedIn(org);
  expect(await codesOf(org, { phoneNumber, ...ORDER, integrationId: second.id })).toEqual(["template_not_found"]);
  const [own] = await db.select().from(templates).where(eq(templates.businessAccountId, second.businessAccountId));
  expect(own).toBeUndefined();
});
