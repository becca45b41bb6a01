import "server-only";
import { randomBytes } from "node:crypto";
import { eq, sql } from "drizzle-orm";
import type { Db } from "@/db/client";
import { consents, contacts, conversations } from "@/db/schema/contacts";
import { integrations } from "@/db/schema/integrations";
import { messages, outreach } from "@/db/schema/messages";
import { memberships, organizations, users } from "@/db/schema/organizations";
import { testIntegration } from "@/lib/connection-test/connection-test";
import { ensureContacts, type KnownContact } from "@/lib/contacts/contacts";
import { type Heard, receiveMessages } from "@/lib/conversations/receive";
import { type Ctx, openDatabase, systemCtx } from "@/lib/ctx";
import { env, publicUrl } from "@/lib/env";
import { newId } from "@/lib/ids";
import { accountOf, getIntegrationRow, type IntegrationRow, portfolioOf } from "@/lib/integrations/access";
import { createIntegration } from "@/lib/integrations/integrations";
import { blindIndex } from "@/lib/keyring";
import { templateContent } from "@/lib/messages/gate";
import {
  type MessageFailure,
  type MessagePurpose,
  type MessageStatus,
  PRIORITY,
  type TemplateParams,
  type TimelineStep,
} from "@/lib/messages/schema";
import { type OrganizationSettings, WEEKDAYS } from "@/lib/organizations/schema";
import { createApiToken } from "@/lib/organizations/tokens";
import { hashPassword } from "@/lib/passwords";
import { seedPhone } from "@/lib/sandbox/phone";
import { findTemplates, type TemplateRow } from "@/lib/templates/templates";
import type { MessageContent } from "@/lib/whatsapp/content";
import { withDatabase } from "@/server/installation";
import { Problem } from "@/server/problem";
import { CHATS, CONSENTS, DEMO, GUIDE_RECIPIENT, INBOX, PEOPLE, type Person, STOP_WORDS } from "./seed-story";

const DAYS = 14;
const MINUTE_MS = 60_000;
const DAY_MS = 24 * 60 * MINUTE_MS;
const BULK = 200;

const asJson = process.argv.includes("--json");
const force = process.argv.includes("--force");

/** A chance that is the same each time, so that two demos look alike. */
let chance = 20_261_122;
function random(): number {
  chance = (chance * 1_103_515_245 + 12_345) % 2_147_483_648;
  return chance / 2_147_483_648;
}
function pick<T>(list: readonly T[]): T {
  const one = list[Math.floor(random() * list.length)];
  if (one === undefined) throw new Error("Nothing to pick from.");
  return one;
}

const ALL_DAY: OrganizationSettings = {
  timeZone: "Europe/Istanbul",
  country: "TR",
  languages: ["en", "tr"],
  businessHours: {
    week: Object.fromEntries(
      WEEKDAYS.map((day) => [day, [{ from: "00:00", to: "24:00" }]]),
    ) as OrganizationSettings["businessHours"]["week"],
    holidays: [],
    zone: "organization",
    purposes: ["marketing", "utility", "service"],
  },
  unknownSettleMinutes: 60,
  resendUnknown: "after_settling",
  onlyAssigneeAnswers: false,
  requireSecondFactor: false,
};

async function seed(serverOfItsOwn: boolean) {
  const db = await openDatabase();
  const password = randomBytes(9).toString("base64url");
  const organizationId = (await findDemo(db)) ?? (await makeDemo(db, serverOfItsOwn));
  await db
    .update(users)
    .set({ passwordHash: await hashPassword(password) })
    .where(eq(users.email, DEMO.owner.email));
  const owner = await ownerCtx(db, organizationId);
  const integration = await demoIntegration(owner);
  await openGuideWindow(owner, integration);
  const { token } = await createApiToken(owner, {
    name: `Demo ${owner.now.toISOString().slice(0, 16).replace("T", " ")}`,
    scopes: ["*"],
  });
  return { url: publicUrl(), email: DEMO.owner.email, password, token, organizationId, integrationId: integration.id };
}

async function findDemo(db: Db): Promise<string | null> {
  const [row] = await db
    .select({ id: memberships.organizationId })
    .from(memberships)
    .innerJoin(users, eq(users.id, memberships.userId))
    .innerJoin(organizations, eq(organizations.id, memberships.organizationId))
    .where(sql`${users.email} = ${DEMO.owner.email} and ${organizations.name} = ${DEMO.organization}`);
  return row?.id ?? null;
}

async function makeDemo(db: Db, serverOfItsOwn: boolean): Promise<string> {
  const [{ count } = { count: 0 }] = await db.select({ count: sql<number>`count(*)::int` }).from(organizations);
  if (count > 0 && serverOfItsOwn && !force) {
    throw new Problem(
      "This database already holds an organization, so it is not touched. Add --force to put the demo organization beside it.",
    );
  }
  const organizationId = newId("org");
  await db.transaction(async (tx) => {
    await tx.insert(organizations).values({ id: organizationId, name: DEMO.organization, settings: ALL_DAY });
    for (const person of [{ ...DEMO.owner, role: "owner" as const }, ...DEMO.team]) {
      const id = newId("usr");
      const [user] = await tx
        .insert(users)
        .values({ id, email: person.email, name: person.name })
        .onConflictDoNothing()
        .returning({ id: users.id });
      const userId =
        user?.id ?? (await tx.select({ id: users.id }).from(users).where(eq(users.email, person.email)))[0]?.id ?? id;
      await tx.insert(memberships).values({ organizationId, userId, role: person.role });
    }
  });
  const ctx = await ownerCtx(db, organizationId);
  const integration = await demoIntegration(ctx);
  await writeHistory(ctx, integration);
  return organizationId;
}

async function ownerCtx(db: Db, organizationId: string): Promise<Ctx> {
  const [owner] = await db.select({ id: users.id, name: users.name }).from(users).where(eq(users.email, DEMO.owner.email));
  if (!owner) throw new Error("The demo's owner is missing.");
  return { ...systemCtx(db, organizationId, "seed"), actor: { type: "user", id: owner.id, name: owner.name } };
}

async function demoIntegration(ctx: Ctx): Promise<IntegrationRow> {
  const [known] = await ctx.db
    .select({ id: integrations.id })
    .from(integrations)
    .where(
      sql`${integrations.organizationId} = ${ctx.organizationId} and ${integrations.isDefault} and ${integrations.deletedAt} is null`,
    );
  const id =
    known?.id ??
    (
      await createIntegration(ctx, {
        provider: "meta",
        category: "whatsapp",
        name: "Ege Kahve",
        apiKey: `sandbox-${randomBytes(12).toString("hex")}`,
        endpointUrl: "https://graph.facebook.com/v26.0",
        config: { sandbox: true, phoneNumberId: DEMO.phoneNumberId, businessAccountId: DEMO.businessAccountId },
      })
    ).id;
  await testIntegration(ctx, id);
  return getIntegrationRow(ctx, id);
}

/** The guide's recipient has agreed, and wrote a few minutes ago: free text may be sent for a day. */
async function openGuideWindow(ctx: Ctx, integration: IntegrationRow): Promise<void> {
  const contact = (await ensureContacts(ctx, [GUIDE_RECIPIENT.phone])).get(GUIDE_RECIPIENT.phone);
  if (!contact) throw new Error("The guide's recipient is missing.");
  const wroteAt = new Date(ctx.now.getTime() - 3 * MINUTE_MS);
  await ctx.db
    .update(contacts)
    .set({ name: GUIDE_RECIPIENT.name, language: GUIDE_RECIPIENT.language })
    .where(eq(contacts.id, contact.id));
  await ctx.db
    .insert(consents)
    .values(consentRow(ctx, contact.id, "en", new Date(ctx.now.getTime() - 10 * MINUTE_MS), "opted_in", "all"));
  const said = GUIDE_RECIPIENT.question;
  await receiveMessages(ctx, [heardOf(integration, GUIDE_RECIPIENT.phone, wroteAt, { type: "text", body: said })]);
  await seedPhone(ctx.db, integration, { phone: GUIDE_RECIPIENT.phone, name: GUIDE_RECIPIENT.name, lastInboundAt: wroteAt });
}

/* Two weeks */

async function writeHistory(ctx: Ctx, integration: IntegrationRow): Promise<void> {
  const known = await ensureContacts(
    ctx,
    PEOPLE.map((person) => person.phone),
  );
  const templates = await findTemplates(ctx, accountOf(integration), [
    "order_confirmation",
    "shipping_notification",
    "appointment_reminder",
    "payment_confirmation",
  ]);
  const start = ctx.now.getTime() - DAYS * DAY_MS;
  for (const person of PEOPLE) {
    const contact = known.get(person.phone);
    if (contact)
      await ctx.db.update(contacts).set({ name: person.name, language: person.language }).where(eq(contacts.id, contact.id));
  }
  await writeConsents(ctx, known, start);
  await writeMessages(ctx, integration, known, templates, start);
}

async function writeConsents(ctx: Ctx, known: Map<string, KnownContact>, start: number): Promise<void> {
  const since = new Map<string, Date>();
  // As lists show them: whoever was added first agreed first.
  const ages = PEOPLE.map(() => 30 + Math.floor(random() * 200)).sort((a, b) => b - a);
  const places = [...known.values()].map(({ id }) => id).sort();
  const rows = PEOPLE.flatMap((person, i) => {
    const contact = known.get(person.phone);
    if (!contact) return [];
    const agreedAt = new Date(start - (ages[places.indexOf(contact.id)] ?? 30) * DAY_MS);
    since.set(contact.id, agreedAt);
    const rows = [consentRow(ctx, contact.id, person.language, agreedAt, "opted_in", i % 4 === 3 ? "utility" : "all")];
    if (i % 9 === 4) {
      const { word, source } = STOP_WORDS[person.language];
      rows.push({
        ...consentRow(ctx, contact.id, person.language, new Date(start + (3 + random() * 8) * DAY_MS), "opted_out", "marketing"),
        source,
        evidence: word,
        wording: null,
        recordedBy: "WhatsApp",
      });
    }
    return rows;
  });
  await ctx.db.insert(consents).values(rows);
  for (const [id, createdAt] of since) await ctx.db.update(contacts).set({ createdAt }).where(eq(contacts.id, id));
}

function consentRow(
  ctx: Ctx,
  contactId: string,
  language: "tr" | "en",
  at: Date,
  status: "opted_in" | "opted_out",
  purpose: "all" | "utility" | "marketing",
): typeof consents.$inferInsert {
  const { source, evidence, wording } = pick(CONSENTS[language]);
  return {
    id: newId("cns", at.getTime()),
    organizationId: ctx.organizationId,
    contactId,
    purpose,
    status,
    source,
    evidence: `${evidence}${Math.floor(1000 + random() * 9000)}`,
    wording,
    occurredAt: at,
    recordedAt: at,
    recordedBy: ctx.actor.name,
  };
}

type Fate = "read" | "delivered" | "sent" | "failed";

async function writeMessages(
  ctx: Ctx,
  integration: IntegrationRow,
  known: Map<string, KnownContact>,
  templates: readonly TemplateRow[],
  start: number,
): Promise<void> {
  const rows: (typeof messages.$inferInsert)[] = [];
  const asked: Heard[] = [];
  const reached = new Map<string, Date>();
  for (let day = 0; day <= DAYS; day++) {
    const isToday = day === DAYS;
    const count = isToday ? 26 : 30 + Math.floor(random() * 25);
    for (let i = 0; i < count; i++) {
      const at = isToday
        ? new Date(ctx.now.getTime() - (20 + random() * 600) * MINUTE_MS)
        : new Date(start + day * DAY_MS + (8 + random() * 9) * 60 * MINUTE_MS);
      const person = pick(PEOPLE);
      const contact = known.get(person.phone);
      if (!contact) continue;
      const chat = random() < 0.3 ? pick(CHATS[person.language]) : null;
      if (chat) {
        const askedAt = new Date(at.getTime() - 4 * MINUTE_MS);
        asked.push(heardOf(integration, person.phone, askedAt, { type: "text", body: chat.question }));
      } else if (ctx.now.getTime() - at.getTime() < DAY_MS) reached.set(contact.id, at);
      rows.push(
        messageRow(
          ctx,
          integration,
          person,
          contact,
          chat ? chat.answer : pick(templates.filter((t) => t.language === person.language)),
          at,
          pickFate(),
        ),
      );
    }
  }
  rows.sort((a, b) => (a.id < b.id ? -1 : 1));
  for (let i = 0; i < rows.length; i += BULK) await ctx.db.insert(messages).values(rows.slice(i, i + BULK));
  for (let i = 0; i < asked.length; i += BULK) await receiveMessages(ctx, asked.slice(i, i + BULK));
  // All that was answered is read; what follows waits in the inbox.
  await ctx.db.update(conversations).set({ unread: 0 }).where(eq(conversations.organizationId, ctx.organizationId));
  const wamids = new Map(Object.keys(INBOX).map((name) => [name, newWamid()]));
  const news = Object.entries(INBOX).map(([name, { minutesAgo, by, content, answers }]) => ({
    ...heardOf(integration, by, new Date(ctx.now.getTime() - minutesAgo * MINUTE_MS), content),
    wamid: wamids.get(name) ?? newWamid(),
    target: wamids.get(answers ?? "") ?? null,
  }));
  await receiveMessages(ctx, news);
  await openPhones(ctx, integration, [...asked, ...news]);
  await ctx.db.insert(outreach).values(
    [...reached].map(([contactId, deliveredAt]) => ({
      organizationId: ctx.organizationId,
      portfolioId: portfolioOf(integration),
      contactId,
      deliveredAt,
    })),
  );
}

/** Meta's stand-in knows who wrote within a day, as the console does: whom it shows as open may be answered. */
async function openPhones(ctx: Ctx, integration: IntegrationRow, heard: readonly Heard[]): Promise<void> {
  for (const { phone, name } of PEOPLE) {
    const times = heard
      .filter((one) => one.opensWindow && one.person.waId === phone.slice(1))
      .map(({ at }) => at?.getTime() ?? 0);
    const last = Math.max(...times);
    if (last > ctx.now.getTime() - DAY_MS) await seedPhone(ctx.db, integration, { phone, name, lastInboundAt: new Date(last) });
  }
}

function newWamid(): string {
  return `wamid.${randomBytes(24).toString("base64")}`;
}

/** Something that a person wrote. */
function heardOf(integration: IntegrationRow, phone: string, at: Date, content: MessageContent): Heard {
  return {
    integrationId: integration.id,
    direction: "incoming",
    wamid: newWamid(),
    at,
    person: { waId: phone.slice(1) },
    content,
    envelope: {},
    target: null,
    opensWindow: content.type !== "reaction" && content.type !== "edited",
    isNews: true,
  };
}

function pickFate(): Fate {
  const roll = random();
  if (roll < 0.71) return "read";
  if (roll < 0.93) return "delivered";
  return roll < 0.955 ? "sent" : "failed";
}

const FAILURES: MessageFailure[] = [
  { code: 131026, reason: "bad_recipient", title: "Message undeliverable" },
  { code: 131026, reason: "bad_recipient", title: "Message undeliverable" },
  { code: 131049, reason: "marketing_held", title: "This message was not delivered to maintain healthy ecosystem engagement." },
  { code: 131047, reason: "outside_window", title: "Re-engagement message" },
  { reason: "outcome_unknown" },
];

function messageRow(
  ctx: Ctx,
  integration: IntegrationRow,
  person: Person,
  contact: KnownContact,
  said: TemplateRow | string,
  at: Date,
  fate: Fate,
): typeof messages.$inferInsert {
  const id = newId("msg", at.getTime());
  const wamid = newWamid();
  const template = typeof said === "string" ? null : said;
  const after = (seconds: number) => new Date(at.getTime() + seconds * 1000);
  const steps: TimelineStep[] = [
    { step: "queued", at: at.toISOString(), source: "api" },
    { step: "sending", at: after(0.1).toISOString(), source: "dispatch" },
  ];
  const heard = (step: string, when: Date) => steps.push({ step, at: when.toISOString(), source: "webhook" });
  const failure = fate === "failed" ? pick(FAILURES) : null;
  const sentAt = failure ? null : after(1 + random());
  const deliveredAt = fate === "delivered" || fate === "read" ? after(2 + random() * 20) : null;
  // What was sent a moment ago cannot have been read later than now.
  const readAt =
    fate === "read" ? new Date(Math.min(after(30 + random() * 4000).getTime(), ctx.now.getTime() - MINUTE_MS)) : null;
  if (sentAt) {
    steps.push({ step: "accepted", at: after(0.4).toISOString(), source: "dispatch" });
    heard("sent", sentAt);
  }
  if (deliveredAt) heard("delivered", deliveredAt);
  if (readAt) heard("read", readAt);
  if (failure) heard("failed", after(5));
  const params = template ? exampleParams(template, person) : null;
  return {
    id,
    organizationId: ctx.organizationId,
    integrationId: integration.id,
    contactId: contact.id,
    recipient: person.phone,
    content: typeof said === "string" ? { type: "text" as const, body: said } : templateContent(said, params),
    templateName: template?.name ?? null,
    templateLanguage: template?.language ?? null,
    purpose: (template?.category.toLowerCase() ?? "service") as MessagePurpose,
    priority: template ? PRIORITY.transactional : PRIORITY.reply,
    status: fate satisfies MessageStatus,
    dueAt: at,
    attempts: 1,
    wamid: failure ? null : wamid,
    wamidIndex: failure ? null : blindIndex("messages.wamid", wamid),
    outsideWindow: Boolean(template),
    failure,
    timeline: steps,
    createdBy: `${ctx.actor.type}:${ctx.actor.id}`,
    createdAt: at,
    sentAt,
    deliveredAt,
    readAt,
    failedAt: failure ? after(5) : null,
  };
}

function exampleParams(template: TemplateRow, person: Person): TemplateParams {
  const body = template.components.find((c) => c.type === "BODY")?.text ?? "";
  const header = template.components.find((c) => c.type === "HEADER")?.text ?? "";
  const names = [...`${header} ${body}`.matchAll(/\{\{\s*(\w+)\s*\}\}/g)].map((match) => match[1] ?? "");
  const values = [...new Set(names)].map((name) => [name, valueFor(name, person)] as const);
  return template.parameterFormat === "NAMED" ? Object.fromEntries(values) : values.map(([, value]) => value);
}

function valueFor(name: string, person: Person): string {
  if (/customer|name/i.test(name)) return person.name;
  if (/number|order|invoice|tracking/i.test(name)) return `EK-${Math.floor(10_000 + random() * 89_999)}`;
  if (/date|day/i.test(name)) return person.language === "tr" ? "26 Kasım Perşembe" : "Thursday 26 November";
  if (/time|hour/i.test(name)) return "14:30";
  if (/amount|total|price/i.test(name)) return person.language === "tr" ? "1.249,90 TL" : "£38.50";
  return `${Math.floor(100 + random() * 900)}`;
}

const serverOfItsOwn = env().DATABASE_URL !== undefined;
const result = await withDatabase(() => seed(serverOfItsOwn));
if (asJson) process.stdout.write(`${JSON.stringify(result)}\n`);
else {
  process.stdout.write(
    `The demo organization is ready.\n\n  Open      ${result.url}\n  E-mail    ${result.email}\n  Password  ${result.password}\n  API token ${result.token}\n`,
  );
}
