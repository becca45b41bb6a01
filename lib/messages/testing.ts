import "server-only";
import { randomBytes } from "node:crypto";
import { eq } from "drizzle-orm";
import type { Db } from "@/db/client";
import { integrations } from "@/db/schema/integrations";
import { messages } from "@/db/schema/messages";
import { templates } from "@/db/schema/templates";
import { makeOrganization } from "@/db/testing-data";
import { ensureContacts } from "@/lib/contacts/contacts";
import { recordConsent } from "@/lib/contacts/ledger";
import { type Ctx, systemCtx } from "@/lib/ctx";
import { dispatchIntegration } from "@/lib/dispatch/dispatch";
import { newId } from "@/lib/ids";
import { accountOf, type IntegrationRow } from "@/lib/integrations/access";
import { verifyTokenIndex } from "@/lib/integrations/webhook";
import { type BusinessHours, type OrganizationSettings, WEEKDAYS } from "@/lib/organizations/schema";
import { SANDBOX_TEMPLATES } from "@/lib/sandbox/templates";
import { noteActivity } from "./conversation-activity";
import type { SendMessage } from "./schema";
import { sendMessage } from "./send";

/** Open around the clock, for tests that are not about hours. */
export const ALWAYS_OPEN: BusinessHours = {
  week: Object.fromEntries(WEEKDAYS.map((day) => [day, [{ from: "00:00", to: "24:00" }]])) as BusinessHours["week"],
  holidays: [],
  zone: "organization",
  purposes: ["marketing", "utility", "service"],
};

export const ORDER = {
  template: "order_confirmation",
  templateParams: { orderNumber: "ORD-12345", customerName: "John Doe" },
  language: "en",
};

type Wishes = { settings?: Partial<OrganizationSettings>; integration?: Partial<typeof integrations.$inferInsert> };

/** An organization with one verified number and the stand-in's templates, as after a sync; nothing of it knows Graph. */
export async function makeSender(db: Db, { settings = {}, integration = {} }: Wishes = {}) {
  const organization = await makeOrganization(db, { settings: { businessHours: ALWAYS_OPEN, ...settings } });
  const row = await addIntegration(db, organization.organizationId, { isDefault: true, ...integration });
  await addTemplates(db, row);
  const ctxAt = (now: Date): Ctx => ({ ...organization.ctx, now });
  const systemAt = (now = new Date()): Ctx => ({ ...systemCtx(db, organization.organizationId, "test"), now });
  return {
    ...organization,
    integration: row,
    ctxAt,
    systemAt,
    optIn: (phoneNumber: string, purpose: "all" | "marketing" | "utility" | "authentication" = "all") =>
      recordConsent({ ...organization.ctx, now: new Date() }, { phoneNumber, purpose, status: "opted_in", source: "test" }),
    optOut: (phoneNumber: string) =>
      recordConsent(
        { ...organization.ctx, now: new Date() },
        { phoneNumber, purpose: "all", status: "opted_out", source: "test" },
      ),
    /** The person wrote to the number at this time. */
    async heard(phoneNumber: string, at = new Date()) {
      const contact = (await ensureContacts(organization.ctx, [phoneNumber])).get(phoneNumber);
      if (!contact) throw new Error("The contact is missing.");
      await noteActivity(organization.ctx, [{ integrationId: row.id, contactId: contact.id, at, inboundAt: at }]);
      return contact;
    },
    send: (wish: SendMessage, now = new Date()) => sendMessage(ctxAt(now), wish),
    dispatch: (options: { owner?: string; maxMs?: number } = {}) =>
      dispatchIntegration(
        db,
        { id: row.id, organizationId: organization.organizationId },
        { owner: "test", maxMs: 5_000, ...options },
      ),
    read: (id: string) => readMessage(db, id),
  };
}

export type Sender = Awaited<ReturnType<typeof makeSender>>;

export async function addIntegration(
  db: Db,
  organizationId: string,
  given: Partial<typeof integrations.$inferInsert> = {},
): Promise<IntegrationRow> {
  const digits = () => String(Math.floor(1e14 + Math.random() * 9e14));
  const verifyToken = given.webhookVerifyToken ?? `verify-${randomBytes(8).toString("hex")}`;
  const [row] = await db
    .insert(integrations)
    .values({
      id: newId("int"),
      organizationId,
      name: "Test number",
      provider: "meta",
      category: "whatsapp",
      sandbox: false,
      endpointUrl: "https://graph.facebook.com/v25.0",
      phoneNumberId: digits(),
      businessAccountId: digits(),
      accessToken: `token-${randomBytes(8).toString("hex")}`,
      appSecret: `secret-${randomBytes(8).toString("hex")}`,
      webhookVerifyToken: verifyToken,
      webhookVerifyTokenIndex: verifyTokenIndex(verifyToken),
      status: "verified",
      messagingLimitTier: "TIER_UNLIMITED",
      throughputLevel: "HIGH",
      ...given,
    })
    .returning();
  if (!row) throw new Error("The integration is missing.");
  return row;
}

async function addTemplates(db: Db, integration: IntegrationRow): Promise<void> {
  await db.insert(templates).values(
    SANDBOX_TEMPLATES.map((t) => ({
      id: newId("tpl"),
      organizationId: integration.organizationId,
      businessAccountId: accountOf(integration),
      metaId: t.id,
      name: t.name,
      language: t.language,
      category: t.category,
      status: t.status,
      parameterFormat: t.parameter_format,
      components: t.components as (typeof templates.$inferInsert)["components"],
      rejectedReason: t.rejected_reason === "NONE" ? null : t.rejected_reason,
      syncedAt: new Date(),
    })),
  );
}

async function readMessage(db: Db, id: string) {
  const [row] = await db.select().from(messages).where(eq(messages.id, id));
  if (!row) throw new Error(`There is no message ${id}`);
  return { ...row, steps: row.timeline.map((step) => step.step) };
}

let people = 0;

/** A number nobody else in the test file has. */
export function somePhone(): string {
  people += 1;
  return `+90532${String(1_000_000 + people)}`;
}

/** Random numbers from 0 to 1 that are the same for the same seed: a test prints its seed where it fails. */
export function seeded(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}
