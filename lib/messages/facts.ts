import "server-only";
import { sql } from "drizzle-orm";
import { addressIndex } from "@/lib/contacts/addresses";
import type { ConsentState } from "@/lib/contacts/schema";
import type { Ctx } from "@/lib/ctx";
import { AppError } from "@/lib/errors";
import { type IntegrationRow, portfolioOf } from "@/lib/integrations/access";
import { open } from "@/lib/keyring";
import type { OrganizationSettings } from "@/lib/organizations/schema";
import { toE164 } from "@/lib/phone";
import type { TemplateRow } from "@/lib/templates/templates";
import { type Allowance, allowanceOf, countedPeople } from "./allowance";

/** What the gate asks of an integration; none of its secrets is opened for that. */
export type SendingIntegration = Pick<
  IntegrationRow,
  "id" | "status" | "pauseReason" | "isDefault" | "sandbox" | "businessAccountId" | "messagingLimitTier"
>;
export type SendingTemplate = Pick<
  TemplateRow,
  | "businessAccountId"
  | "name"
  | "language"
  | "category"
  | "status"
  | "parameterFormat"
  | "components"
  | "rejectedReason"
  | "optOutButton"
>;

/** A person as the gate sees one. */
export type Recipient = {
  id: string;
  /** Where the message goes: the number that was named, else the person's own, else Meta's user id; null when there is neither. */
  address: string | null;
  language: string | null;
  timeZone: string | null;
  marketingStoppedAt: Date | null;
  consent: ConsentState;
  /** When the person last wrote to each integration, and when Meta said that the window is closed all the same. */
  windows: Map<string, Window>;
};
export type Window = { lastInboundAt: Date | null; closedAt: Date | null };

/** Who a message is for, one way or another. */
export type Naming = { phoneNumber?: string | undefined; contactId?: string | undefined; userId?: string | undefined };
type Asked = Naming & { integrationId?: string | undefined; template?: string | undefined };

/** Everything that decides about a batch of messages. */
export type Facts = {
  settings: OrganizationSettings;
  integrations: Map<string, SendingIntegration>;
  defaultIntegration: SendingIntegration | null;
  /** The number (E.164) that was written; null when it is none. */
  phoneOf(naming: Naming): string | null;
  recipientOf(naming: Naming): Recipient | undefined;
  templates: SendingTemplate[];
  allowances: Map<string, Allowance & { counted: Set<string> }>;
};

type ContactFact = {
  mark: string;
  id: string;
  phone: string | null;
  userId: string | null;
  language: string | null;
  timeZone: string | null;
  marketingStoppedAt: string | null;
  consent: ConsentState;
  windows: Record<string, { lastInboundAt: string | null; closedAt: string | null }> | null;
};
type Found = {
  settings: OrganizationSettings | null;
  integrations: SendingIntegration[];
  contacts: ContactFact[];
  templates: SendingTemplate[];
};

/** Reads the facts for one message or a thousand in one statement, and in a second one the allowance where a tier limits it. */
export async function readFacts(ctx: Ctx, asked: readonly Asked[], { withAllowance = true } = {}): Promise<Facts> {
  const phones = new Map<string, string | null>();
  for (const { phoneNumber } of asked) {
    if (phoneNumber !== undefined && !phones.has(phoneNumber)) phones.set(phoneNumber, toE164(phoneNumber));
  }
  const phoneOf = ({ phoneNumber }: Naming) => (phoneNumber === undefined ? null : (phones.get(phoneNumber) ?? null));
  const marks = new Map<string, string>();
  const markOf = (naming: Naming): string | undefined => {
    const phone = phoneOf(naming);
    const key = phone ?? (naming.contactId ? `id ${naming.contactId}` : naming.userId && `user ${naming.userId}`);
    if (!key) return undefined;
    const known = marks.get(key);
    if (known !== undefined) return known;
    const mark = phone
      ? `phone ${addressIndex(ctx.organizationId, "phone", phone)}`
      : naming.userId
        ? `user_id ${addressIndex(ctx.organizationId, "user_id", naming.userId)}`
        : key;
    marks.set(key, mark);
    return mark;
  };
  const names = [...new Set(asked.flatMap(({ template }) => template ?? []))];
  const found = await findAll(ctx, [...new Set(asked.flatMap((one) => markOf(one) ?? []))], names);
  if (!found.settings) throw new AppError("not_found");
  const integrations = new Map(found.integrations.map((row) => [row.id, row]));
  const defaultIntegration = found.integrations.find((row) => row.isDefault) ?? null;
  const contacts = new Map(found.contacts.map((contact) => [contact.mark, contact]));
  const recipientOf = (naming: Naming) => {
    const contact = contacts.get(markOf(naming) ?? "");
    return contact && toRecipient(contact, phoneOf(naming));
  };

  const people = new Map<string, { integration: SendingIntegration; contactIds: Set<string> }>();
  for (const one of withAllowance ? asked : []) {
    const integration = one.integrationId === undefined ? defaultIntegration : integrations.get(one.integrationId);
    const contact = contacts.get(markOf(one) ?? "");
    if (!integration || !contact || one.template === undefined) continue;
    const group = people.get(portfolioOf(integration)) ?? { integration, contactIds: new Set() };
    group.contactIds.add(contact.id);
    people.set(portfolioOf(integration), group);
  }
  const allowances: Facts["allowances"] = new Map();
  for (const [portfolioId, { integration, contactIds }] of people) {
    const allowance = await allowanceOf(ctx, integration);
    // Who is counted already matters only when there may not be a place for everybody.
    const isTight = allowance.left !== null && allowance.left < contactIds.size;
    allowances.set(portfolioId, {
      ...allowance,
      counted: isTight ? await countedPeople(ctx, portfolioId, [...contactIds]) : new Set(),
    });
  }
  return {
    settings: found.settings,
    integrations,
    defaultIntegration,
    phoneOf,
    recipientOf,
    templates: found.templates,
    allowances,
  };
}

function toRecipient({ mark: _, phone, userId, ...contact }: ContactFact, named: string | null): Recipient {
  return {
    ...contact,
    address: named ?? (phone ? open("contacts.phone", phone) : userId ? open("contacts.user_id", userId) : null),
    marketingStoppedAt: toDate(contact.marketingStoppedAt),
    windows: new Map(
      Object.entries(contact.windows ?? {}).map(([integrationId, { lastInboundAt, closedAt }]) => [
        integrationId,
        { lastInboundAt: toDate(lastInboundAt), closedAt: toDate(closedAt) },
      ]),
    ),
  };
}

const toDate = (text: string | null) => (text ? new Date(text) : null);

async function findAll(ctx: Ctx, marks: string[], templateNames: string[]): Promise<Found> {
  const organizationId = ctx.organizationId;
  const [found] = await ctx.db.execute<Found>(sql`
    select
      (select settings from organizations where id = ${organizationId}) as settings,
      (select coalesce(jsonb_agg(jsonb_build_object(
          'id', i.id, 'status', i.status, 'pauseReason', i.pause_reason, 'isDefault', i.is_default, 'sandbox', i.sandbox,
          'businessAccountId', i.business_account_id, 'messagingLimitTier', i.messaging_limit_tier)), '[]')
        from integrations i where i.organization_id = ${organizationId} and i.deleted_at is null) as integrations,
      (select coalesce(jsonb_agg(jsonb_build_object(
          'mark', k.mark, 'id', c.id, 'phone', c.phone, 'userId', c.user_id, 'language', c.language, 'timeZone', c.time_zone,
          'marketingStoppedAt', c.marketing_stopped_at,
          'consent', jsonb_build_object('marketing', c.consent_marketing, 'utility', c.consent_utility, 'authentication', c.consent_authentication),
          'windows', (select jsonb_object_agg(v.integration_id, jsonb_build_object('lastInboundAt', v.last_inbound_at, 'closedAt', v.closed_at))
            from conversations v where v.organization_id = c.organization_id and v.contact_id = c.id and v.last_inbound_at is not null))), '[]')
        from (
          select m.mark, coalesce(a.contact_id, case when split_part(m.mark, ' ', 1) = 'id' then split_part(m.mark, ' ', 2) end) as id
          from unnest(${sql.param(marks)}::text[]) m(mark)
          left join contact_addresses a on a.organization_id = ${organizationId}
            and a.kind = split_part(m.mark, ' ', 1) and a.value_index = split_part(m.mark, ' ', 2)) k
        join contacts c on c.id = k.id and c.organization_id = ${organizationId}) as contacts,
      (select coalesce(jsonb_agg(jsonb_build_object(
          'businessAccountId', t.business_account_id, 'name', t.name, 'language', t.language, 'category', t.category, 'status', t.status,
          'parameterFormat', t.parameter_format, 'components', t.components, 'rejectedReason', t.rejected_reason,
          'optOutButton', t.opt_out_button) order by t.name, t.language), '[]')
        from templates t where t.organization_id = ${organizationId} and t.name = any(${sql.param(templateNames)}::text[])) as templates`);
  if (!found) throw new Error("The facts could not be read.");
  return found;
}
