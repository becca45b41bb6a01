import "server-only";
import { sql } from "drizzle-orm";
import { addressIndex } from "@/lib/contacts/addresses";
import { deriveConsent, type LedgerEntry } from "@/lib/contacts/consent";
import type { KnownContact } from "@/lib/contacts/contacts";
import type { ConsentState } from "@/lib/contacts/schema";
import type { Ctx } from "@/lib/ctx";
import { AppError } from "@/lib/errors";
import { type IntegrationRow, portfolioOf } from "@/lib/integrations/access";
import type { OrganizationSettings } from "@/lib/organizations/schema";
import { toE164 } from "@/lib/phone";
import type { TemplateRow } from "@/lib/templates/templates";
import { type Allowance, allowanceOf, countedPeople } from "./allowance";
import type { SendMessage } from "./schema";

/** What the gate asks of an integration; none of its secrets is opened for that. */
export type SendingIntegration = Pick<
  IntegrationRow,
  "id" | "status" | "pauseReason" | "isDefault" | "sandbox" | "businessAccountId" | "messagingLimitTier"
>;
export type SendingTemplate = Pick<
  TemplateRow,
  "businessAccountId" | "name" | "language" | "category" | "status" | "parameterFormat" | "components" | "rejectedReason"
>;
export type Recipient = KnownContact & { consent: ConsentState; lastInbound: Map<string, Date> };

/** Everything that decides about a batch of wishes. */
export type Facts = {
  settings: OrganizationSettings;
  integrations: Map<string, SendingIntegration>;
  defaultIntegration: SendingIntegration | null;
  phones: Map<string, string | null>;
  recipients: Map<string, Recipient>;
  templates: SendingTemplate[];
  allowances: Map<string, Allowance & { counted: Set<string> }>;
};

type ContactFact = Omit<KnownContact, "phone" | "marketingStoppedAt"> & {
  phoneIndex: string;
  marketingStoppedAt: string | null;
  windows: Record<string, string> | null;
  ledger: (Omit<LedgerEntry, "occurredAt" | "recordedAt"> & { occurredAt: string; recordedAt: string })[] | null;
};
type Found = {
  settings: OrganizationSettings | null;
  integrations: SendingIntegration[];
  contacts: ContactFact[];
  templates: SendingTemplate[];
};

/** Reads the facts for one wish or a thousand in one statement, and in a second one the allowance where a tier limits it. */
export async function readFacts(ctx: Ctx, wishes: readonly SendMessage[]): Promise<Facts> {
  const phones = new Map(wishes.map((wish) => [wish.phoneNumber, toE164(wish.phoneNumber)]));
  const indexes = new Map(
    [...phones.values()].flatMap((phone) => (phone ? [[phone, addressIndex(ctx.organizationId, "phone", phone)] as const] : [])),
  );
  const names = [...new Set(wishes.flatMap((wish) => wish.template ?? []))];
  const { settings, integrations, contacts, templates } = await findAll(ctx, [...new Set(indexes.values())], names);
  if (!settings) throw new AppError("not_found");
  const known = new Map(integrations.map((row) => [row.id, row]));
  const defaultIntegration = integrations.find((row) => row.isDefault) ?? null;
  const recipients = new Map<string, Recipient>();
  const byIndex = new Map(contacts.map((contact) => [contact.phoneIndex, contact]));
  for (const [phone, index] of indexes) {
    const contact = byIndex.get(index);
    if (contact) recipients.set(phone, toRecipient(contact, phone));
  }
  const people = new Map<string, { integration: SendingIntegration; contactIds: Set<string> }>();
  for (const wish of wishes) {
    const integration = wish.integrationId === undefined ? defaultIntegration : known.get(wish.integrationId);
    const recipient = recipients.get(phones.get(wish.phoneNumber) ?? "");
    if (!integration || !recipient || wish.template === undefined) continue;
    const group = people.get(portfolioOf(integration)) ?? { integration, contactIds: new Set() };
    group.contactIds.add(recipient.id);
    people.set(portfolioOf(integration), group);
  }
  const allowances = new Map<string, Facts["allowances"] extends Map<string, infer A> ? A : never>();
  for (const [portfolioId, { integration, contactIds }] of people) {
    const allowance = await allowanceOf(ctx, integration);
    // Who is counted already matters only when there may not be a place for everybody.
    const isTight = allowance.left !== null && allowance.left < contactIds.size;
    allowances.set(portfolioId, {
      ...allowance,
      counted: isTight ? await countedPeople(ctx, portfolioId, [...contactIds]) : new Set(),
    });
  }
  return { settings, integrations: known, defaultIntegration, phones, recipients, templates, allowances };
}

function toRecipient(contact: ContactFact, phone: string): Recipient {
  const { windows, ledger, marketingStoppedAt, phoneIndex: _, ...rest } = contact;
  return {
    ...rest,
    phone,
    marketingStoppedAt: marketingStoppedAt ? new Date(marketingStoppedAt) : null,
    lastInbound: new Map(Object.entries(windows ?? {}).map(([integrationId, at]) => [integrationId, new Date(at)])),
    consent: deriveConsent(
      (ledger ?? []).map((entry) => ({
        ...entry,
        occurredAt: new Date(entry.occurredAt),
        recordedAt: new Date(entry.recordedAt),
      })),
    ),
  };
}

async function findAll(ctx: Ctx, phoneIndexes: string[], templateNames: string[]): Promise<Found> {
  const organizationId = ctx.organizationId;
  const [found] = await ctx.db.execute<Found>(sql`
    select
      (select settings from organizations where id = ${organizationId}) as settings,
      (select coalesce(jsonb_agg(jsonb_build_object(
          'id', i.id, 'status', i.status, 'pauseReason', i.pause_reason, 'isDefault', i.is_default, 'sandbox', i.sandbox,
          'businessAccountId', i.business_account_id, 'messagingLimitTier', i.messaging_limit_tier)), '[]')
        from integrations i where i.organization_id = ${organizationId} and i.deleted_at is null) as integrations,
      (select coalesce(jsonb_agg(jsonb_build_object(
          'id', c.id, 'phoneIndex', a.value_index, 'name', c.name, 'language', c.language, 'country', c.country, 'timeZone', c.time_zone,
          'marketingStoppedAt', c.marketing_stopped_at,
          'windows', (select jsonb_object_agg(v.integration_id, v.last_inbound_at) from conversations v
            where v.organization_id = c.organization_id and v.contact_id = c.id and v.last_inbound_at is not null),
          'ledger', (select jsonb_agg(k) from (
            select distinct on (e.purpose) e.id, e.purpose, e.status, e.occurred_at as "occurredAt", e.recorded_at as "recordedAt"
            from consents e where e.organization_id = c.organization_id and e.contact_id = c.id
            order by e.purpose, date_trunc('second', e.occurred_at) desc, e.recorded_at desc, e.id desc) k))), '[]')
        from contact_addresses a join contacts c on c.id = a.contact_id
        where a.organization_id = ${organizationId} and a.kind = 'phone' and a.value_index = any(${sql.param(phoneIndexes)}::text[])) as contacts,
      (select coalesce(jsonb_agg(jsonb_build_object(
          'businessAccountId', t.business_account_id, 'name', t.name, 'language', t.language, 'category', t.category, 'status', t.status,
          'parameterFormat', t.parameter_format, 'components', t.components, 'rejectedReason', t.rejected_reason) order by t.name, t.language), '[]')
        from templates t where t.organization_id = ${organizationId} and t.name = any(${sql.param(templateNames)}::text[])) as templates`);
  if (!found) throw new Error("The facts could not be read.");
  return found;
}
