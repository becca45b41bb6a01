import "server-only";
import { batched } from "@/lib/batched";
import { mayReceive, NO_CONSENT } from "@/lib/contacts/consent";
import type { ConsentState } from "@/lib/contacts/schema";
import type { Ctx } from "@/lib/ctx";
import { accountOf, type IntegrationRow, portfolioOf } from "@/lib/integrations/access";
import { isOpen, nextOpening } from "@/lib/organizations/business-hours";
import type { OrganizationSettings } from "@/lib/organizations/schema";
import { suggestE164 } from "@/lib/phone";
import { normalizeLanguage } from "@/lib/templates/language";
import type { ContentOf, SendableContent } from "@/lib/whatsapp/content";
import { checkTemplateParams, type GivenParts, renderTemplate } from "@/lib/whatsapp/template-rules";
import { isWindowOpen } from "@/lib/whatsapp/window";
import type { Allowance } from "./allowance";
import { type Facts, type Naming, type Recipient, readFacts, type SendingIntegration, type SendingTemplate } from "./facts";
import type { Prepared } from "./prepare";
import type { GateReason } from "./reasons";
import { type MessagePurpose, PRIORITY, type SendMessage, type TemplateParams } from "./schema";

export type Reason = GateReason & { retryAfterSeconds?: number };

/** A message that passed: everything its row needs. */
export type Passed = {
  integration: SendingIntegration;
  contactId: string;
  /** A number in E.164, or Meta's user id. */
  address: string;
  content: SendableContent;
  /** Meta's id of the message that is answered. */
  contextId: string | null;
  purpose: MessagePurpose;
  priority: number;
  outsideWindow: boolean;
  /** The person wrote to the number before, so that they have a conversation. */
  isConversation: boolean;
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
export async function askGate(ctx: Ctx, prepared: readonly Prepared[], { isBulk = false } = {}): Promise<Verdict[]> {
  const facts = await readFacts(
    ctx,
    prepared.map(({ wish }) => wish),
  );
  const taken = new Map<string, Set<string>>();
  return prepared.map((one) => judgeAtDoor(ctx, one, facts, isBulk ? null : taken));
}

/** The same for one message, which shares its queries with those asked about at this moment. Outside a transaction. */
export async function askGateAboutOne(ctx: Ctx, prepared: Prepared, { isBulk = false } = {}): Promise<Verdict> {
  return judgeAtDoor(ctx, prepared, await factsAboutOne({ ctx, wish: prepared.wish }), isBulk ? null : new Map());
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

/** What is to leave, whether it was asked for now or has waited: the rules know no more of it than this. */
type Draft = {
  naming: Naming;
  integration: Pick<IntegrationRow, "id" | "status" | "pauseReason"> | null | undefined;
  recipient: Recipient | undefined;
  purpose: MessagePurpose;
  /** Null: free text. */
  template: {
    name: string;
    language: string | undefined;
    found: SendingTemplate | null;
    sameName: readonly SendingTemplate[];
  } | null;
  /** The values to be filled in; undefined where they were checked already and are checked again when they are filled in. */
  params: TemplateParams | null | undefined;
  /** What a template is given beside values. */
  parts?: GivenParts | undefined;
  isReply: boolean | null;
  /** The one message that may follow a person's stop: it says that the stop was heard. */
  confirmsStop?: boolean;
};
type Judgement = { reasons: Reason[]; opening: Date | "never" | null; windowOpen: boolean };

/** Every rule that stands between a message and Meta, but for the allowance and the pace, which are taken and not only asked. */
function judge(ctx: Ctx, draft: Draft, facts: Facts): Judgement {
  const { naming, integration, recipient, purpose, template } = draft;
  const reasons: Reason[] = addressReasons(draft, facts);
  const isNamed = reasons.length === 0;
  if (integration === undefined) reasons.push(unknownIntegration());
  else if (integration === null) reasons.push(NO_INTEGRATION);
  else reasons.push(...integrationReasons(integration));

  const heard = integration ? recipient?.windows.get(integration.id) : undefined;
  const windowOpen = isWindowOpen(heard?.lastInboundAt, ctx.now, heard?.closedAt);
  if (isNamed && !draft.confirmsStop) {
    const consent = recipient?.consent ?? NO_CONSENT;
    reasons.push(...consentReasons(consent, purpose, windowOpen, recipient?.marketingStoppedAt ?? null));
  }
  if (template && integration) reasons.push(...templateReasons(template, draft.params, draft.parts));
  if (template?.found?.category === "AUTHENTICATION" && isNamed && recipient?.address && !recipient.address.startsWith("+"))
    reasons.push(noCodesWithoutNumber(naming.contactId ?? null));
  if (!template && isNamed && !windowOpen) reasons.push(windowClosed(heard?.lastInboundAt ?? null));
  const isReply = draft.isReply ?? (!template && windowOpen);
  const opening = isReply ? null : openingFor(purpose, facts.settings, recipient?.timeZone ?? null, ctx.now);
  return { reasons, opening, windowOpen };
}

function judgeAtDoor(ctx: Ctx, prepared: Prepared, facts: Facts, taken: Map<string, Set<string>> | null): Verdict {
  const { wish, header, extras } = prepared;
  const integration = wish.integrationId === undefined ? facts.defaultIntegration : facts.integrations.get(wish.integrationId);
  const recipient = facts.recipientOf(wish);
  const sameName = integration
    ? facts.templates.filter((t) => t.name === wish.template && t.businessAccountId === accountOf(integration))
    : [];
  const found = chooseLanguage(sameName, wish.language, recipient?.language ?? null, facts.settings.languages);
  const purpose = purposeOf(wish, found);
  const params = wish.templateParams ?? null;
  const draft: Draft = {
    naming: wish,
    integration,
    recipient,
    purpose,
    template: wish.template === undefined ? null : { name: wish.template, language: wish.language, found, sameName },
    params,
    parts: {
      header: header && (header.type === "location" ? "location" : header.kind),
      cards: extras?.cards?.map(({ kind }) => kind),
      offerExpiresAt: extras?.offerExpiresAt,
      buttons: extras?.buttons,
      hasFlow: extras?.flow !== undefined,
      now: ctx.now,
    },
    isReply: null,
  };
  const { reasons, opening, windowOpen } = judge(ctx, draft, facts);
  if (taken && integration && recipient && !windowOpen && wish.template !== undefined) {
    reasons.push(...allowanceReasons(ctx, portfolioOf(integration), recipient.id, facts, taken));
  }
  if (opening === "never") reasons.push(NEVER_OPEN);
  const scheduledFor = opening === "never" ? null : opening;
  if (reasons.length > 0 || !integration || !recipient?.address) return { reasons, scheduledFor: null, passed: null };
  const isReply = wish.template === undefined && windowOpen;
  return {
    reasons,
    scheduledFor,
    passed: {
      integration,
      contactId: recipient.id,
      address: recipient.address,
      content: found
        ? { ...templateContent(found, params, extras), ...(header && { header }) }
        : (prepared.content ?? { type: "text", body: wish.message ?? "" }),
      contextId: prepared.contextId ?? null,
      purpose,
      priority: taken === null ? PRIORITY.bulk : isReply ? PRIORITY.reply : PRIORITY.transactional,
      outsideWindow: !windowOpen,
      isConversation: recipient.windows.has(integration.id),
      scheduledFor,
      allowanceLeft: facts.allowances.get(portfolioOf(integration))?.left ?? null,
    },
  };
}

export type Waiting = {
  id: string;
  contactId: string;
  purpose: MessagePurpose;
  priority: number;
  templateName: string | null;
  templateLanguage: string | null;
  /** A person sent it on its way outside opening hours. */
  ignoresHours: boolean;
  confirmsStop: boolean;
};

export type SecondLook =
  | { verdict: "go"; template: SendingTemplate | null; windowOpen: boolean }
  | { verdict: "refuse"; reason: Reason }
  | { verdict: "later"; at: Date }
  | { verdict: "template"; at: Date };

/** Meta may give such a template back: it reviews a change, or paused it for hours. What waits of it is held. */
const RETURNING = ["PAUSED", "PENDING", "IN_APPEAL"];
const TEMPLATE_AGAIN_MS = 10 * 60 * 1000;

/** Nothing stands against it but a template that may come back; a sign-in code is worth nothing by then. */
function waitsForTemplate(reasons: readonly Reason[], purpose: MessagePurpose): boolean {
  if (purpose === "authentication" || reasons.length === 0) return false;
  return reasons.every((reason) => reason.code === "template_not_approved" && RETURNING.includes(reason.details.status));
}

/**
 * The same rules, asked again for messages about to leave, because much may have changed while they waited: an opt-out, Meta's
 * stop, a paused template, a closed window, closed hours. In bulk, with one statement.
 */
export async function lookAgain(
  ctx: Ctx,
  integration: Pick<IntegrationRow, "id" | "sandbox" | "businessAccountId">,
  batch: readonly Waiting[],
): Promise<Map<string, SecondLook>> {
  const asked = batch.map(({ contactId, templateName }) => ({ contactId, template: templateName ?? undefined }));
  const facts = await readFacts(ctx, asked, { withAllowance: false });
  const account = accountOf(integration);
  const look = (message: Waiting): SecondLook => {
    const { templateName, templateLanguage } = message;
    const sameName = facts.templates.filter((t) => t.name === templateName && t.businessAccountId === account);
    const found = sameName.find((t) => t.language === templateLanguage) ?? null;
    const naming = { contactId: message.contactId };
    const { reasons, opening, windowOpen } = judge(
      ctx,
      {
        naming,
        // Whoever dispatches has the lease of a number that may send.
        integration: { id: integration.id, status: "verified", pauseReason: null },
        recipient: facts.recipientOf(naming),
        // Meta may have made marketing of a template while its messages waited.
        purpose: found?.category === "MARKETING" ? "marketing" : message.purpose,
        template: templateName === null ? null : { name: templateName, language: templateLanguage ?? undefined, found, sameName },
        params: undefined,
        isReply: message.ignoresHours || message.priority === PRIORITY.reply,
        confirmsStop: message.confirmsStop,
      },
      facts,
    );
    if (waitsForTemplate(reasons, message.purpose))
      return { verdict: "template", at: new Date(ctx.now.getTime() + TEMPLATE_AGAIN_MS) };
    if (reasons[0]) return { verdict: "refuse", reason: reasons[0] };
    const at = opening === "never" ? new Date(ctx.now.getTime() + ASK_AGAIN_MS) : opening;
    return at ? { verdict: "later", at } : { verdict: "go", template: found, windowOpen };
  };
  return new Map(batch.map((message) => [message.id, look(message)]));
}

/** A template is for what Meta says it is for; a caller can only be stricter and call it marketing. */
function purposeOf(wish: SendMessage, template: SendingTemplate | null): MessagePurpose {
  const category = template?.category.toLowerCase();
  if (wish.purpose === "marketing" || category === "marketing") return "marketing";
  if (category === "utility" || category === "authentication") return category;
  return wish.purpose ?? (wish.template === undefined ? "service" : "utility");
}

/**
 * The asked language, else the person's, else the organization's in its order, else what there is; an approved one before others.
 * A region that is asked for and does not exist is not replaced by another: Meta would not either.
 */
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
    const language = normalizeLanguage(asked);
    const exact = templates.find((t) => t.language === language);
    if (exact || language.includes("_")) return exact ?? null;
    // A language without a region may be any of its regions: the person's and the organization's first.
    const own = [personal, ...preferred].filter((one) => one !== null && base(normalizeLanguage(one)) === language);
    for (const list of [approved, templates]) {
      for (const one of own) {
        const found = list.find((t) => t.language === normalizeLanguage(one ?? ""));
        if (found) return found;
      }
      const found = matches(list, language);
      if (found) return found;
    }
    return null;
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
export function templateContent(
  template: SendingTemplate,
  params: TemplateParams | null,
  extras?: ContentOf<"template">["extras"],
): ContentOf<"template"> {
  const { name, language } = template;
  const rendered = renderTemplate(template, params);
  const expiresAt = extras?.offerExpiresAt;
  return {
    type: "template",
    name,
    language,
    params,
    rendered: rendered.offer && expiresAt ? { ...rendered, offer: { ...rendered.offer, expiresAt } } : rendered,
    ...(extras && { extras }),
  };
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

/** Who the message is for, before anything else can be asked about him. */
function addressReasons({ naming, recipient }: Draft, facts: Facts): Reason[] {
  if (naming.phoneNumber !== undefined)
    return facts.phoneOf(naming) ? [] : [invalidPhone(naming.phoneNumber, facts.settings.country)];
  if (naming.contactId !== undefined && !recipient) return [unknownContact(naming.contactId)];
  return recipient && recipient.address === null ? [unreachable(recipient.id)] : [];
}

function unknownContact(contactId: string): Reason {
  return {
    code: "not_found",
    message: "There is no contact with this id",
    fix: "Use an id of GET /api/v1/crm/contacts, or the person's number",
    details: { contactId },
  };
}

function unreachable(contactId: string): Reason {
  return {
    code: "recipient_unreachable",
    message: "There is neither a number nor a user id to write to",
    fix: "Add the person's number, or wait until the person writes to you",
    details: { contactId },
  };
}

function noCodesWithoutNumber(contactId: string | null): Reason {
  return {
    code: "recipient_unreachable",
    message: "Meta sends authentication templates to phone numbers only",
    fix: "Ask the person for a number",
    details: { contactId },
  };
}

function unknownIntegration(): Reason {
  return {
    code: "not_found",
    message: "There is no integration with this id",
    fix: "Use an id of GET /api/v1/integrations, or leave integrationId out for the default one",
    details: {},
  };
}

const NO_INTEGRATION: Reason = {
  code: "integration_not_verified",
  message: "No integration is connected",
  fix: "Connect a WhatsApp number with POST /api/v1/integrations, then test it",
  details: { integrationId: null, status: null },
};

function windowClosed(lastInboundAt: Date | null): Reason {
  return {
    code: "outside_customer_service_window",
    message: "The 24-hour customer service window is closed. Send a template instead.",
    fix: "Send an approved template, or wait until the person writes to you",
    details: { lastInboundAt: lastInboundAt?.toISOString() ?? null },
  };
}

const NEVER_OPEN: Reason = {
  code: "conflict",
  message: "The business hours have no opening in the coming year",
  fix: "Change the organization's business hours, or the purposes that they bind",
  details: { businessHours: "never_open" },
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
  { name, language, found: template, sameName }: NonNullable<Draft["template"]>,
  params: TemplateParams | null | undefined,
  parts: GivenParts | undefined,
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
  const check = params === undefined ? null : checkTemplateParams(template, params, parts);
  if (check && !check.ok) {
    reasons.push({
      code: "template_params_mismatch",
      message: mismatch(check),
      fix:
        check.unsupported.length > 0
          ? "Choose a template without media or special parts"
          : `Give exactly these values: ${check.expected.keys.join(", ") || "none"}${headerWish(check.expected.header)}`,
      details: check,
    });
  }
  return reasons;
}

function headerWish(header: string | undefined): string {
  if (header === undefined) return "";
  return header === "location" ? ", and location for the header" : `, and media of the type ${header} for the header`;
}

const TEMPLATE_FIX: Record<string, string> = {
  PENDING: "Meta is still reviewing the template, usually for minutes, at most a day",
  REJECTED: "Meta rejected the template. Change what the reason names and submit it again",
  PAUSED: "Meta paused the template for low quality. It resumes by itself after hours; change it if people complain",
  DISABLED: "Meta disabled the template for good. Make a new one",
};

function saidOf({ key, reason, limit, given }: ReturnType<typeof checkTemplateParams>["invalid"][number]): string {
  const counts = [limit !== undefined && `expected ${limit}`, given !== undefined && `given ${given}`].filter(Boolean).join(", ");
  return `${key} (${reason.replaceAll("_", " ")}${counts ? `: ${counts}` : ""})`;
}

function mismatch(check: ReturnType<typeof checkTemplateParams>): string {
  const parts = [
    check.missing.length + check.unexpected.length > 0 && `expected ${check.expected.keys.length} values, given ${check.given}`,
    check.missing.length > 0 && `missing ${check.missing.join(", ")}`,
    check.unexpected.length > 0 && `unexpected ${check.unexpected.join(", ")}`,
    check.invalid.length > 0 && `invalid ${check.invalid.map(saidOf).join(", ")}`,
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
