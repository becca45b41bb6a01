import { z } from "zod";
import { namesOnePerson, ONE_PERSON, PhoneInQuery } from "@/lib/contacts/schema";
import { PageQuery, pageOf } from "@/lib/http/paging";
import { FileFacts } from "@/lib/media/schema";
import { Moment } from "@/lib/moment";
import { MessageContent } from "@/lib/whatsapp/content";
import {
  OutgoingContacts,
  OutgoingInteractive,
  OutgoingLocation,
  OutgoingMedia,
  OutgoingReaction,
  OutgoingTemplateExtras,
} from "@/lib/whatsapp/outgoing";
import { MESSAGE_LIMITS, textLength } from "@/lib/whatsapp/text-length";
import { MESSAGE_SORTS, MESSAGE_STATUSES } from "./words";

export const MessageStatus = z.enum(MESSAGE_STATUSES);
export type MessageStatus = z.infer<typeof MessageStatus>;

/** Who wrote it: we, the person, or somebody in the WhatsApp Business app of the same number. */
export const MESSAGE_DIRECTIONS = ["outgoing", "incoming", "echo"] as const;
export const MessageDirection = z.enum(MESSAGE_DIRECTIONS);
export type MessageDirection = z.infer<typeof MessageDirection>;

/** What a message is for. `service` is free text; the others are Meta's template categories. */
export const MESSAGE_PURPOSES = ["marketing", "utility", "authentication", "service"] as const;
export const MessagePurpose = z.enum(MESSAGE_PURPOSES);
export type MessagePurpose = z.infer<typeof MessagePurpose>;

/** Why a message was put off; what else it waits for is seen when it is asked. */
export const WAITS_FOR = ["business_hours", "allowance", "pair_limit", "retry", "meta_unreachable", "template"] as const;
export type WaitsFor = (typeof WAITS_FOR)[number];

/** Meta took the message and holds it back; a webhook ends that. */
export const META_HOLDS = ["held_for_quality_assessment", "paused"] as const;
export type MetaHold = (typeof META_HOLDS)[number];

/** Lower goes first. */
export const PRIORITY = { reply: 0, transactional: 1, bulk: 2 } as const;

const ParamValue = z
  .union([z.string().max(1024), z.number()])
  .transform(String)
  .pipe(z.string());
export const TemplateParams = z.union([z.record(z.string().max(100), ParamValue), z.array(ParamValue).max(100)]);
export type TemplateParams = z.infer<typeof TemplateParams>;

export const ExternalId = z.string().min(1).max(100, "At most 100 characters");

const SAYING = ["message", "template", "media", "interactive", "location", "contacts", "reaction"] as const;

/** One kind of message; a template may have a file or a place for its header. */
function saysOneThing(body: { [K in (typeof SAYING)[number]]?: unknown }): boolean {
  const given = SAYING.filter((kind) => body[kind] !== undefined);
  if (body.template === undefined) return given.length === 1;
  return given.length === 1 || (given.length === 2 && (body.media !== undefined || body.location !== undefined));
}

export const SendMessage = z
  .strictObject({
    phoneNumber: z.string().max(40).optional().describe("International format: +905551234567"),
    contactId: z
      .string()
      .min(1)
      .max(100)
      .optional()
      .describe("Instead of phoneNumber: a contact of yours, who may have no number."),
    userId: z
      .string()
      .trim()
      .min(1)
      .max(200)
      .optional()
      .describe("Instead of phoneNumber: Meta's user id, such as TR.1122334455."),
    message: z
      .string()
      .min(1, "The message is empty")
      .refine((text) => textLength(text) <= MESSAGE_LIMITS.textBody, "At most 4,096 characters")
      .refine((text) => text.trim() !== "", "The message is empty")
      .optional()
      .describe("Free text."),
    template: z.string().min(1).max(512).optional().describe("A template's name."),
    media: OutgoingMedia.optional().describe("A file; beside a template, its header's."),
    interactive: OutgoingInteractive.optional().describe("Buttons, a list, a link, a flow, or the question for a place."),
    location: OutgoingLocation.optional().describe("A place; beside a template, its header's."),
    contacts: OutgoingContacts.optional().describe("Cards in Meta's own shape."),
    reaction: OutgoingReaction.optional(),
    replyTo: z.string().min(1).max(300).optional().describe("The message that is answered: our id, or Meta's."),
    templateParams: TemplateParams.optional().describe("By name (object) or in order (array)."),
    templateExtras: OutgoingTemplateExtras.optional().describe("Of a carousel, a limited-time offer, and buttons."),
    language: z
      .string()
      .max(10)
      .optional()
      .describe("The template's language; without it the contact's, then the organization's first that the template has."),
    integrationId: z.string().optional().describe("Without it, the default integration."),
    purpose: z.enum(["marketing", "utility", "authentication"]).optional(),
    externalId: ExternalId.optional().describe("Your own reference, such as an order's number. Messages are found by it."),
    idempotencyKey: z.string().min(1).max(200).optional(),
  })
  .refine(namesOnePerson, { error: ONE_PERSON, path: ["phoneNumber"] })
  .refine((body) => saysOneThing(body), { error: `Give one of ${SAYING.join(", ")}`, path: ["message"] })
  .refine((body) => body.reaction === undefined || body.replyTo === undefined, {
    error: "A reaction names its message already",
    path: ["replyTo"],
  })
  .refine((body) => body.template === undefined || body.replyTo === undefined, {
    error: "WhatsApp shows no template as an answer",
    path: ["replyTo"],
  })
  .refine((body) => body.templateParams === undefined || body.template !== undefined, {
    error: "templateParams needs a template",
    path: ["templateParams"],
  })
  .refine((body) => body.templateExtras === undefined || body.template !== undefined, {
    error: "templateExtras needs a template",
    path: ["templateExtras"],
  });
export type SendMessage = z.infer<typeof SendMessage>;

/** The wizard's message: a template, to somebody who agreed to just this. */
export const SendTestMessage = z.strictObject({
  integrationId: z.string(),
  phoneNumber: z.string().max(40),
  template: z.string().min(1).max(512),
  templateParams: TemplateParams.optional(),
  language: z.string().max(10).optional(),
  wording: z.string().trim().min(1).max(500).describe("What the person agreed to, for the ledger."),
});
export type SendTestMessage = z.infer<typeof SendTestMessage>;

export const Accepted = z.object({
  id: z.string(),
  status: z.enum(["queued", "scheduled"]),
  scheduledFor: z.iso.datetime().optional(),
  integrationId: z.string(),
});
export type Accepted = z.infer<typeof Accepted>;

/** Items are parsed one by one, so that a wrong one is refused alone. */
export const SendBulk = z.strictObject({
  messages: z
    .array(z.unknown())
    .min(1, "Give at least one message")
    .max(1000, "At most 1,000 messages")
    .describe("Up to 1,000 bodies of send."),
});
export type SendBulk = z.infer<typeof SendBulk>;

export const BulkResult = z.object({
  accepted: z.number().int(),
  refused: z.number().int(),
  results: z.array(
    z.object({
      index: z.number().int(),
      id: z.string().optional(),
      error: z.object({ error: z.string(), message: z.string(), details: z.unknown().optional() }).optional(),
    }),
  ),
});
export type BulkResult = z.infer<typeof BulkResult>;

export const TIMELINE_SOURCES = ["api", "console", "gate", "dispatch", "webhook", "history", "person", "sweep"] as const;
export const TimelineStep = z.object({
  step: z.string().describe("A status, or `retrying` with the reason in detail."),
  at: z.iso.datetime().describe("Meta's own time where Meta told it."),
  source: z.enum(TIMELINE_SOURCES),
  detail: z.string().optional(),
});
export type TimelineStep = z.infer<typeof TimelineStep>;

/** As stored. `code` is Meta's, or absent when the reason is ours. */
export const MessageFailure = z.object({
  code: z.number().int().optional(),
  reason: z.string(),
  title: z.string().optional(),
  details: z.string().optional(),
  fbtraceId: z.string().optional(),
});
export type MessageFailure = z.infer<typeof MessageFailure>;

/** What Meta tells beside the content of a message that we did not write. */
export const InboundEnvelope = z.object({
  profileName: z.string().optional(),
  username: z.string().optional(),
  groupId: z.string().optional(),
  replyTo: z.string().optional(),
  forwarded: z.boolean().optional(),
  frequentlyForwarded: z.boolean().optional(),
  referral: z.record(z.string(), z.unknown()).optional(),
  referredProduct: z.record(z.string(), z.unknown()).optional(),
  errors: z.array(z.record(z.string(), z.unknown())).optional(),
});
export type InboundEnvelope = z.infer<typeof InboundEnvelope>;

/** Beside what a message was put off for: what its number waits for, and what Meta holds back. */
export const WAITING_CODES = [...WAITS_FOR, "number_paused", "number_not_verified", "held_by_meta", "pace"] as const;

export const Waiting = z
  .object({
    code: z.enum(WAITING_CODES),
    until: z.iso.datetime().nullable().describe("Null where nobody can say."),
    details: z
      .object({
        reason: z.string().optional().describe("Why the number is paused, or how Meta holds the message."),
        ahead: z.number().int().optional().describe("Messages of the number that are due, this one among them."),
        isExact: z.boolean().optional().describe("False when `ahead` is the most that was counted."),
        perSecond: z.number().optional().describe("The number's pace."),
        attempts: z.number().int().optional(),
      })
      .optional(),
  })
  .describe("Why it has not left or arrived yet.");
export type Waiting = z.infer<typeof Waiting>;

export const Message = z.object({
  id: z.string(),
  externalId: z.string().nullable().describe("The sender's own reference."),
  direction: MessageDirection.describe("`echo`: written in the WhatsApp Business app of the number."),
  conversationId: z.string().nullable().describe("Null until the person wrote, or somebody wrote to him from the console."),
  integrationId: z.string(),
  contactId: z.string(),
  contactName: z.string().nullable(),
  phoneNumber: z.string().nullable(),
  userId: z.string().nullable().describe("Meta's user id, of a person who was written to without a number."),
  kind: z
    .enum([
      "text",
      "template",
      "media",
      "interactive",
      "reply",
      "reaction",
      "location",
      "contacts",
      "order",
      "edited",
      "deleted",
      "system",
      "call",
      "unsupported",
    ])
    .describe("The type of `content`."),
  text: z.string().describe("What it says in words; of a template, as filled in."),
  content: MessageContent,
  file: FileFacts.nullable().describe("How it stands with the file that it carries; read it at /api/v1/media/{id}/content."),
  replyTo: z.string().nullable().describe("The message it answers, where we know it."),
  resendOf: z.string().nullable().describe("The message that this one sends once more."),
  resentAs: z.string().nullable().describe("The message that sends this one once more."),
  envelope: InboundEnvelope.nullable().describe("What Meta told beside the content of a message that we did not write."),
  pricing: z
    .object({
      billable: z.boolean().optional(),
      model: z.string().optional(),
      type: z.string().optional(),
      category: z.string().optional(),
    })
    .nullable()
    .describe("As Meta told it with a status."),
  template: z.string().nullable(),
  language: z.string().nullable(),
  purpose: MessagePurpose,
  status: z.enum([...MESSAGE_STATUSES, "received"]).describe("`received`: not written by us."),
  scheduledFor: z.iso.datetime().nullable(),
  createdAt: z.iso.datetime(),
  sentAt: z.iso.datetime().nullable(),
  deliveredAt: z.iso.datetime().nullable(),
  readAt: z.iso.datetime().nullable(),
  failedAt: z.iso.datetime().nullable(),
  waiting: Waiting.nullable(),
  canSendNow: z.boolean().describe("Whether a person may send it outside opening hours."),
  canCancel: z.boolean(),
  canResend: z.boolean().describe("Whether a person may send it again now."),
  error: z
    .object({
      code: z.number().int().nullable().describe("Meta's code; null when the reason is ours."),
      reason: z.string(),
      meaning: z.string(),
      action: z.string(),
      details: z.string().nullable(),
    })
    .nullable(),
});
export type Message = z.infer<typeof Message>;
export const MessageDetail = Message.extend({
  timeline: z.array(TimelineStep),
  templateParams: TemplateParams.nullable(),
  attempts: z.number().int(),
  metaMessageId: z.string().nullable(),
  createdBy: z.string(),
});
export type MessageDetail = z.infer<typeof MessageDetail>;
export const MessagePage = pageOf(Message);

export const FilterMessages = z.object({
  direction: MessageDirection.default("outgoing"),
  status: z
    .string()
    .regex(/^[a-z]+(,[a-z]+)*$/)
    .optional()
    .describe("One status, or several with commas."),
  search: z
    .string()
    .trim()
    .min(1)
    .max(200)
    .optional()
    .describe(
      "A person's name or number in any writing, a part of the text, our id, Meta's id, or your `externalId`. People and ids are found among all messages and come first. Texts are encrypted and are read a stretch at a time, newest first: `nextCursor` leads on, also after a page with few rows or none.",
    ),
  phoneNumber: PhoneInQuery.optional(),
  integrationId: z.string().optional(),
  contactId: z.string().optional(),
  externalId: ExternalId.optional(),
  template: z.string().optional(),
  from: Moment.optional(),
  to: Moment.optional(),
});
export type FilterMessages = z.infer<typeof FilterMessages>;

export type MessageSort = (typeof MESSAGE_SORTS)[number];
const sort = z.enum(MESSAGE_SORTS).default("-createdAt");

export const ListMessages = PageQuery.extend({ ...FilterMessages.shape, sort });
export type ListMessages = z.infer<typeof ListMessages>;

export const ExportMessages = FilterMessages.extend({ sort });
export type ExportMessages = z.infer<typeof ExportMessages>;

export const MessageCount = z.object({
  count: z.number().int(),
  isExact: z.boolean().describe("False when it is at least so many: not all were counted, or not all texts were read."),
});
export type MessageCount = z.infer<typeof MessageCount>;

export const SelectMessages = z
  .strictObject({
    ids: z.array(z.string().max(100)).min(1).max(1_000, "At most 1,000 ids").optional(),
    filter: FilterMessages.strict().optional().describe("The same as the list's query: all that match now."),
    dryRun: z.boolean().default(false).describe("Only counts what would be done."),
  })
  .refine((body) => (body.ids === undefined) !== (body.filter === undefined), {
    error: "Give either ids or filter",
    path: ["ids"],
  });
export type SelectMessages = z.infer<typeof SelectMessages>;

export const SelectionResult = z.object({
  matched: z.number().int(),
  done: z.number().int().describe("With dryRun: what would be done, as far as can be said without trying."),
  refused: z.array(z.object({ id: z.string().optional(), code: z.string(), count: z.number().int() })),
});
export type SelectionResult = z.infer<typeof SelectionResult>;
