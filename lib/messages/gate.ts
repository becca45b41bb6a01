import "server-only";
import { and, eq } from "drizzle-orm";
import { anyOf } from "@/db/columns";
import { contacts, conversations } from "@/db/schema/contacts";
import { organizations } from "@/db/schema/organizations";
import { batched } from "@/lib/batched";
import { mayReceive, NO_CONSENT } from "@/lib/contacts/consent";
import { consentStates } from "@/lib/contacts/consents";
import type { KnownContact } from "@/lib/contacts/contacts";
import type { ConsentState } from "@/lib/contacts/schema";
import type { Ctx } from "@/lib/ctx";
import { AppError, type ErrorCode } from "@/lib/errors";
import { accountOf, type IntegrationRow, portfolioOf } from "@/lib/integrations/access";
import { isOpen, nextOpening } from "@/lib/organizations/business-hours";
import type { OrganizationSettings } from "@/lib/organizations/schema";
import { suggestE164 } from "@/lib/phone";
import { normalizeLanguage } from "@/lib/templates/language";
import { findTemplates, type TemplateRow } from "@/lib/templates/templates";
import type { ContentOf, SendableContent } from "@/lib/whatsapp/content";
import { checkTemplateParams, renderTemplate } from "@/lib/whatsapp/template-rules";
import { isWindowOpen } from "@/lib/whatsapp/window";
import type { Allowance } from "./allowance";
import { type Facts, readFacts, type SendingIntegration, type SendingTemplate } from "./facts";
import { type MessagePurpose, PRIORITY, type SendMessage, type TemplateParams } from "./schema";

export type Reason = { code: ErrorCode; message: string; fix: string; details?: unknown; retryAfterSeconds?: number };

/** A message that passed: everything its row needs. */
export type Passed = {
  integration: SendingIntegration;
  contact: KnownContact;
  content: SendableContent;
  purpose: MessagePurpose;
  priority: number;
  outsideWindow: boolean;
  scheduledFor: Date | null;
  /** Places left in the portfolio's allowance when asked; null: no limit. */
  allowanceLeft: number | null;
};

/** All reasons against a message at once, in the order in which they are to be mended; `passed` is null when there is one. */
export type Verdict = { reasons: Reason[]; scheduledFor: Date | null; passed: Passed | null };

/**
 * The one way out: every send asks here, one message or a thousand, with the same fixed number of queries. It writes
 * nothing. Bulk messages are not refused for the allowance: they wait for the next free place.
 */
export async function askGate(ctx: Ctx, wishes: readonly SendMessage[], { isBulk = false } = {}): Promise<Verdict[]> {
  const facts = await readFacts(ctx, wishes);
  const taken = new Map<string, Set<string>>();
  return wishes.map((wish) => judge(ctx, wish, facts, isBulk ? null : taken));
}

/** The same for one message, which shares its queries with those asked about at this moment. Outside a transaction. */
export async function askGateAboutOne(ctx: Ctx, wish: SendMessage): Promise<Verdict> {
  return judge(ctx, wish, await factsAboutOne({ ctx, wish }), new Map());
}

const factsAboutOne = batched<{ ctx: Ctx; wish: SendMessage }, Facts>(
  async (asked) => {
    const facts = await readFacts(
      asked[0].ctx,
      asked.map(({ wish }) => wish),
    );
    return asked.map(() => facts);
  },
  ({ ctx }) => [ctx.db, ctx.organizationId],
);

function judge(ctx: Ctx, wish: SendMessage, facts: Facts, taken: Map<string, Set<string>> | null): Verdict {
  const reasons: Reason[] = [];
  const phone = facts.phones.get(wish.phoneNumber) ?? null;
  if (!phone) reasons.push(invalidPhone(wish.phoneNumber, facts.settings.country));

  const integration = wish.integrationId === undefined ? facts.defaultIntegration : facts.integrations.get(wish.integrationId);
  if (integration === undefined) reasons.push(UNKNOWN_INTEGRATION);
  else if (integration === null) reasons.push(NO_INTEGRATION);
  else reasons.push(...integrationReasons(integration));

  const contact = phone ? facts.recipients.get(phone) : undefined;
  const account = integration && accountOf(integration);
  const templates = account
    ? facts.templates.filter((t) => t.name === wish.template && t.businessAccountId === account)
    : undefined;
  const template = templates?.length
    ? chooseLanguage(templates, wish.language, contact?.language ?? null, facts.settings.languages)
    : null;
  const purpose = purposeOf(wish, template);
  const lastInboundAt = integration ? contact?.lastInbound.get(integration.id) : undefined;
  const windowOpen = isWindowOpen(lastInboundAt, ctx.now);

  if (phone) {
    reasons.push(...consentReasons(contact?.consent ?? NO_CONSENT, purpose, windowOpen, contact?.marketingStoppedAt ?? null));
  }
  if (wish.template !== undefined && integration) {
    reasons.push(...templateReasons(wish.template, wish.language, wish.templateParams ?? null, template, templates ?? []));
  }
  const outsideWindow = !windowOpen;
  if (wish.message !== undefined && outsideWindow && phone) reasons.push(WINDOW_CLOSED);
  if (taken && integration && contact && outsideWindow && wish.template !== undefined) {
    reasons.push(...allowanceReasons(ctx, portfolioOf(integration), contact.id, facts, taken));
  }

  const isReply = wish.message !== undefined && windowOpen;
  const opening = isReply ? null : openingFor(purpose, facts.settings, contact?.timeZone ?? null, ctx.now);
  if (opening === "never") reasons.push(NEVER_OPEN);
  const scheduledFor = opening === "never" ? null : opening;
  if (reasons.length > 0 || !integration || !contact || !phone) return { reasons, scheduledFor: null, passed: null };
  return {
    reasons,
    scheduledFor,
    passed: {
      integration,
      contact,
      content: template ? templateContent(template, wish.templateParams ?? null) : { type: "text", body: wish.message ?? "" },
      purpose,
      priority: taken === null ? PRIORITY.bulk : isReply ? PRIORITY.reply : PRIORITY.transactional,
      outsideWindow,
      scheduledFor,
      allowanceLeft: facts.allowances.get(portfolioOf(integration))?.left ?? null,
    },
  };
}

/** A template is for what Meta says it is for; a caller can only be stricter and call it marketing. */
function purposeOf(wish: SendMessage, template: SendingTemplate | null): MessagePurpose {
  const category = template?.category.toLowerCase();
  if (wish.purpose === "marketing" || category === "marketing") return "marketing";
  if (category === "utility" || category === "authentication") return category;
  return wish.purpose ?? (wish.template === undefined ? "service" : "utility");
}

/** The asked language, else the person's, else the organization's in its order, else what there is; an approved one before others. */
export function chooseLanguage<T extends { language: string; status: string }>(
  templates: readonly T[],
  asked: string | undefined,
  personal: string | null,
  preferred: readonly string[],
): T | null {
  const base = (language: string) => language.split("_")[0];
  const matches = (list: readonly T[], wanted: string) => {
    const language = normalizeLanguage(wanted);
    return list.find((t) => t.language === language) ?? list.find((t) => base(t.language) === base(language));
  };
  const approved = templates.filter((t) => t.status === "APPROVED");
  if (asked !== undefined) {
    const exact = templates.find((t) => t.language === normalizeLanguage(asked));
    return exact ?? matches(approved, asked) ?? matches(templates, asked) ?? null;
  }
  for (const list of [approved, templates]) {
    for (const language of personal ? [personal, ...preferred] : preferred) {
      const found = matches(list, language);
      if (found) return found;
    }
    if (list[0]) return list[0];
  }
  return null;
}

/** A template with its values, and what a person reads of it. */
export function templateContent(template: SendingTemplate, params: TemplateParams | null): ContentOf<"template"> {
  const { name, language } = template;
  return { type: "template", name, language, params, rendered: renderTemplate(template, params) };
}

/** When a message of this purpose may leave; null: now. `never`: the hours have no opening in the coming year. */
function openingFor(
  purpose: MessagePurpose,
  settings: OrganizationSettings,
  personalZone: string | null,
  now: Date,
): Date | "never" | null {
  const hours = settings.businessHours;
  if (!hours.purposes.includes(purpose)) return null;
  const zone = hours.zone === "recipient" ? (personalZone ?? settings.timeZone) : settings.timeZone;
  return isOpen(hours, zone, now) ? null : (nextOpening(hours, zone, now) ?? "never");
}

/* The reasons */

function invalidPhone(phoneNumber: string, country: string): Reason {
  const suggestion = suggestE164(phoneNumber, country);
  return {
    code: "invalid_phone_number",
    message: "Phone number format is invalid",
    fix: suggestion
      ? `Write the number in international format: ${suggestion}`
      : "Write the number in international format, such as +905551234567",
    details: { phoneNumber, ...(suggestion ? { suggestion } : {}) },
  };
}

const UNKNOWN_INTEGRATION: Reason = {
  code: "not_found",
  message: "There is no integration with this id",
  fix: "Use an id of GET /api/v1/integrations, or leave integrationId out for the default one",
};

const NO_INTEGRATION: Reason = {
  code: "integration_not_verified",
  message: "No integration is connected",
  fix: "Connect a WhatsApp number with POST /api/v1/integrations, then test it",
};

const WINDOW_CLOSED: Reason = {
  code: "outside_customer_service_window",
  message: "The 24-hour customer service window is closed. Send a template instead.",
  fix: "Send an approved template, or wait until the person writes to you",
};

const NEVER_OPEN: Reason = {
  code: "conflict",
  message: "The business hours have no opening in the coming year",
  fix: "Change the organization's business hours, or the purposes that they bind",
};
const ASK_AGAIN_MS = 60 * 60 * 1000;

export function integrationReasons(integration: Pick<IntegrationRow, "id" | "status" | "pauseReason">): Reason[] {
  if (integration.status === "verified") return [];
  if (integration.status === "paused") {
    return [
      {
        code: "integration_paused",
        message: "Integration is paused",
        fix: "Mend the cause of the pause, then resume the integration",
        details: { integrationId: integration.id, reason: integration.pauseReason },
      },
    ];
  }
  return [
    {
      code: "integration_not_verified",
      message: "Integration is not verified",
      fix: `Run the connection test: POST /api/v1/integrations/${integration.id}/test`,
      details: { integrationId: integration.id, status: integration.status },
    },
  ];
}

export function consentReasons(
  state: ConsentState,
  purpose: MessagePurpose,
  windowOpen: boolean,
  marketingStoppedAt: Date | null,
): Reason[] {
  const reasons: Reason[] = [];
  if (!mayReceive(state, purpose, { windowOpen })) {
    const said = purpose === "service" ? null : state[purpose];
    reasons.push({
      code: "recipient_not_opted_in",
      message: "Recipient has not opted in to receive messages",
      fix:
        said === "opted_out"
          ? "The person opted out. Only a new opt-in of theirs changes that."
          : "Record the person's opt-in with POST /api/v1/crm/consents",
      details: { purpose, consent: state },
    });
  }
  if (purpose === "marketing" && marketingStoppedAt) {
    reasons.push({
      code: "recipient_opted_out_at_meta",
      message: "Recipient stopped marketing messages from this business in WhatsApp",
      fix: "Only the person can allow marketing messages again, in WhatsApp",
      details: { stoppedAt: marketingStoppedAt.toISOString() },
    });
  }
  return reasons;
}

function templateReasons(
  name: string,
  language: string | undefined,
  params: TemplateParams | null,
  template: SendingTemplate | null,
  sameName: readonly SendingTemplate[],
): Reason[] {
  if (!template) {
    const languages = sameName.map((t) => t.language);
    return [
      {
        code: "template_not_found",
        message:
          languages.length > 0
            ? `Template "${name}" does not exist in the language ${language}`
            : `Template "${name}" was not found for this WhatsApp account`,
        fix:
          languages.length > 0
            ? `Use one of its languages: ${languages.join(", ")}`
            : "Check the name, or sync the templates with POST /api/v1/crm/whatsapp/templates/sync",
        details: { template: name, languages },
      },
    ];
  }
  const reasons: Reason[] = [];
  if (template.status !== "APPROVED") {
    reasons.push({
      code: "template_not_approved",
      message: "Message template is not approved by Meta",
      fix: TEMPLATE_FIX[template.status] ?? "Open the template in WhatsApp Manager to see what Meta asks for",
      details: { template: name, language: template.language, status: template.status, rejectedReason: template.rejectedReason },
    });
  }
  const check = checkTemplateParams(template, params);
  if (!check.ok) {
    reasons.push({
      code: "template_params_mismatch",
      message: mismatch(check),
      fix:
        check.unsupported.length > 0
          ? "Choose a template without media or special parts"
          : `Give exactly these values: ${check.expected.keys.join(", ") || "none"}`,
      details: check,
    });
  }
  return reasons;
}

const TEMPLATE_FIX: Record<string, string> = {
  PENDING: "Meta is still reviewing the template, usually for minutes, at most a day",
  REJECTED: "Meta rejected the template. Change what the reason names and submit it again",
  PAUSED: "Meta paused the template for low quality. It resumes by itself after hours; change it if people complain",
  DISABLED: "Meta disabled the template for good. Make a new one",
};

function mismatch(check: ReturnType<typeof checkTemplateParams>): string {
  const parts = [
    check.missing.length > 0 && `missing ${check.missing.join(", ")}`,
    check.unexpected.length > 0 && `unexpected ${check.unexpected.join(", ")}`,
    check.invalid.length > 0 && `invalid ${check.invalid.map((i) => `${i.key} (${i.reason.replaceAll("_", " ")})`).join(", ")}`,
    check.unsupported.length > 0 && `parts that cannot be sent yet: ${check.unsupported.join(", ")}`,
  ].filter(Boolean);
  return `Template parameters do not match the template: ${parts.join("; ")}`;
}

function allowanceReasons(
  ctx: Ctx,
  portfolioId: string,
  contactId: string,
  facts: Facts,
  taken: Map<string, Set<string>>,
): Reason[] {
  const allowance = facts.allowances.get(portfolioId);
  if (!allowance || allowance.left === null || allowance.counted.has(contactId)) return [];
  const people = taken.get(portfolioId) ?? new Set<string>();
  taken.set(portfolioId, people);
  if (people.has(contactId)) return [];
  if (people.size < allowance.left) {
    people.add(contactId);
    return [];
  }
  return [allowanceUsedUp(allowance, ctx.now)];
}

export function allowanceUsedUp(allowance: Allowance, now: Date): Reason {
  const freeAt = allowance.nextFreeAt ?? new Date(now.getTime() + 86_400_000);
  return {
    code: "rate_limit_exceeded",
    message: "Too many messages sent. Please wait.",
    fix: `The 24-hour allowance of ${allowance.limit} people is used up. The next place is free at ${freeAt.toISOString()}`,
    details: { allowance: allowance.limit, used: allowance.used, nextFreeAt: freeAt.toISOString() },
    retryAfterSeconds: Math.max(1, Math.ceil((freeAt.getTime() - now.getTime()) / 1000)),
  };
}

/* Asked again at dispatch */

export type Waiting = {
  id: string;
  contactId: string;
  purpose: MessagePurpose;
  priority: number;
  templateName: string | null;
  templateLanguage: string | null;
};

export type SecondLook =
  | { verdict: "go"; template: TemplateRow | null; windowOpen: boolean }
  | { verdict: "refuse"; reason: Reason }
  | { verdict: "later"; at: Date };

/**
 * Asks again, for messages about to leave, what may have changed while they waited: an opt-out, Meta's stop, a paused
 * template, a closed window, closed hours. In bulk, with a fixed number of queries.
 */
export async function lookAgain(
  ctx: Ctx,
  integration: IntegrationRow,
  batch: readonly Waiting[],
): Promise<Map<string, SecondLook>> {
  const contactIds = [...new Set(batch.map((m) => m.contactId))];
  const names = batch.flatMap((m) => (m.templateName ? [m.templateName] : []));
  const [organization, people, windows, consents, templates] = await Promise.all([
    ctx.db.select({ settings: organizations.settings }).from(organizations).where(eq(organizations.id, ctx.organizationId)),
    ctx.db
      .select({ id: contacts.id, timeZone: contacts.timeZone, marketingStoppedAt: contacts.marketingStoppedAt })
      .from(contacts)
      .where(and(eq(contacts.organizationId, ctx.organizationId), anyOf(contacts.id, contactIds))),
    ctx.db
      .select({ contactId: conversations.contactId, lastInboundAt: conversations.lastInboundAt })
      .from(conversations)
      .where(
        and(
          eq(conversations.organizationId, ctx.organizationId),
          eq(conversations.integrationId, integration.id),
          anyOf(conversations.contactId, contactIds),
        ),
      ),
    consentStates(ctx, contactIds),
    findTemplates(ctx, accountOf(integration), names),
  ]);
  const settings = organization[0]?.settings;
  if (!settings) throw new AppError("not_found");
  const person = new Map(people.map((p) => [p.id, p]));
  const lastInbound = new Map(windows.map((w) => [w.contactId, w.lastInboundAt]));

  const judgeAgain = (message: Waiting): SecondLook => {
    const windowOpen = isWindowOpen(lastInbound.get(message.contactId), ctx.now);
    const template = templates.find((t) => t.name === message.templateName && t.language === message.templateLanguage) ?? null;
    const who = person.get(message.contactId);
    // Meta may have made marketing of a template while its messages waited.
    const purpose = template?.category === "MARKETING" ? "marketing" : message.purpose;
    const reasons = consentReasons(
      consents.get(message.contactId) ?? NO_CONSENT,
      purpose,
      windowOpen,
      who?.marketingStoppedAt ?? null,
    );
    if (message.templateName !== null && template?.status !== "APPROVED") {
      reasons.push({
        code: template ? "template_not_approved" : "template_not_found",
        message: "Message template is not approved by Meta",
        fix: "Sync the templates and see what Meta says of this one",
      });
    }
    if (message.templateName === null && !windowOpen) reasons.push(WINDOW_CLOSED);
    if (reasons[0]) return { verdict: "refuse", reason: reasons[0] };
    const opening = message.priority === PRIORITY.reply ? null : openingFor(purpose, settings, who?.timeZone ?? null, ctx.now);
    const at = opening === "never" ? new Date(ctx.now.getTime() + ASK_AGAIN_MS) : opening;
    return at ? { verdict: "later", at } : { verdict: "go", template, windowOpen };
  };
  return new Map(batch.map((message) => [message.id, judgeAgain(message)]));
}
