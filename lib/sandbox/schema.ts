import { z } from "zod";
import { MEDIA_KINDS } from "@/lib/whatsapp/media-kinds";

const share = z.number().min(0).max(1);

export const SANDBOX_TIERS = ["TIER_50", "TIER_250", "TIER_1K", "TIER_2K", "TIER_10K", "TIER_100K", "TIER_UNLIMITED"] as const;
export const SANDBOX_QUALITIES = ["GREEN", "YELLOW", "RED", "UNKNOWN"] as const;

/** How an account of the stand-in behaves. Shares are between 0 (never) and 1 (every request). */
export const SandboxSettings = z.strictObject({
  tokenExpired: z.boolean().describe("Every request is answered with error 190."),
  templatesPaused: z.boolean().describe("Every template is paused: 132015."),
  restricted: z.boolean().describe("The account is restricted: 368."),
  requiresAppSecret: z.boolean().describe("Calls without appsecret_proof are refused, as Meta does for apps that are set so."),
  errorShare: share.describe("Share of sends refused with 131000."),
  rateLimitShare: share.describe("Share of sends refused with 130429."),
  serverErrorShare: share.describe("Share of sends answered 503 without a body."),
  htmlShare: share.describe("Share of sends answered with an HTML page."),
  hangShare: share.describe("Share of sends that are never answered."),
  closeShare: share.describe("Share of sends whose connection is closed without an answer."),
  lateShare: share.describe("Share of sends answered after lateMs."),
  lateMs: z.number().int().min(0).max(600_000),
  acceptedShare: share.describe("Share of those without a readable answer that were accepted nevertheless."),
  latencyMs: z.number().int().min(0).max(60_000).describe("Added to every answer."),
  ratePerSecond: z.number().int().min(1).max(100_000).describe("More sends than this in a second are refused with 130429."),
  pairLimit: z.boolean().describe("One message per 6 seconds and person, 45 in a burst: 131056."),
  templateReview: z.enum(["approve", "reject", "wait"]).describe("How the review of new and changed templates ends."),
  templateCategory: z.enum(["kept", "marketing"]).describe("The category that new utility templates are given."),
  mediaGone: z.boolean().describe("Files that customers send are not found any more, as after seven days."),
  webhooks: z.enum(["on", "off"]),
  webhooksDuplicated: z.boolean(),
  webhooksShuffled: z.boolean(),
  tier: z.enum(SANDBOX_TIERS),
  quality: z.enum(SANDBOX_QUALITIES),
});
export type SandboxSettings = z.infer<typeof SandboxSettings>;

export const UpdateSandboxSettings = SandboxSettings.partial();
export type UpdateSandboxSettings = z.infer<typeof UpdateSandboxSettings>;

export const DEFAULT_SANDBOX_SETTINGS: SandboxSettings = {
  tokenExpired: false,
  templatesPaused: false,
  restricted: false,
  requiresAppSecret: false,
  errorShare: 0,
  rateLimitShare: 0,
  serverErrorShare: 0,
  htmlShare: 0,
  hangShare: 0,
  closeShare: 0,
  lateShare: 0,
  lateMs: 45_000,
  acceptedShare: 0.5,
  latencyMs: 0,
  ratePerSecond: 80,
  pairLimit: true,
  templateReview: "approve",
  templateCategory: "kept",
  mediaGone: false,
  webhooks: "on",
  webhooksDuplicated: false,
  webhooksShuffled: false,
  tier: "TIER_2K",
  quality: "GREEN",
};

export const SandboxButton = z.object({
  kind: z.enum(["reply", "url", "call", "copy", "list", "other"]),
  text: z.string(),
  /** What comes back when the customer presses it; only for `reply`. */
  payload: z.string().optional(),
  /** The address or phone number that it opens, or the code that it copies. */
  target: z.string().optional(),
});
export type SandboxButton = z.infer<typeof SandboxButton>;

const contentParts = {
  type: z.string(),
  header: z
    .object({
      kind: z.enum(["text", "image", "video", "audio", "document", "sticker", "location"]),
      text: z.string().optional(),
      /** The file's id at Meta, or where it lies. */
      mediaId: z.string().optional(),
      link: z.string().optional(),
      mimeType: z.string().optional(),
    })
    .optional(),
  body: z.string(),
  footer: z.string().optional(),
  buttons: z.array(SandboxButton).optional(),
};

/** A message as the customer sees it: variables filled in. */
export const SandboxContent = z.object({
  ...contentParts,
  cards: z.array(z.object(contentParts)).optional(),
  template: z.object({ name: z.string(), language: z.string(), category: z.string() }).optional(),
});
export type SandboxContent = z.infer<typeof SandboxContent>;

export const SandboxMessageStatus = z.enum(["accepted", "sent", "delivered", "read", "failed"]);
export type SandboxMessageStatus = z.infer<typeof SandboxMessageStatus>;

export const SandboxMessage = z.object({
  id: z.string(),
  direction: z.enum(["business", "customer"]),
  status: SandboxMessageStatus,
  content: SandboxContent,
  contextId: z.string().nullable(),
  at: z.iso.datetime(),
  sentAt: z.iso.datetime().nullable(),
  deliveredAt: z.iso.datetime().nullable(),
  readAt: z.iso.datetime().nullable(),
  errorCode: z.number().nullable(),
});
export type SandboxMessage = z.infer<typeof SandboxMessage>;

export const SandboxPhone = z.object({
  phone: z.string(),
  name: z.string().nullable(),
  online: z.boolean(),
  readReceipts: z.boolean(),
  onWhatsapp: z.boolean(),
  marketingStopped: z.boolean(),
  lastInboundAt: z.iso.datetime().nullable(),
  /** Until when the business may write free text; null when the window is closed. */
  windowClosesAt: z.iso.datetime().nullable(),
});
export type SandboxPhone = z.infer<typeof SandboxPhone>;

export const SandboxChatSummary = SandboxPhone.extend({
  lastActivityAt: z.iso.datetime(),
  lastMessage: SandboxMessage.nullable(),
});
export type SandboxChatSummary = z.infer<typeof SandboxChatSummary>;

export const SandboxChat = SandboxPhone.extend({
  businessName: z.string(),
  businessPhone: z.string(),
  /** Oldest first. */
  messages: z.array(SandboxMessage),
  /** The next moment at which a tick will change by itself; null when nothing is on its way. */
  nextChangeAt: z.iso.datetime().nullable(),
});
export type SandboxChat = z.infer<typeof SandboxChat>;

export const SandboxChatList = z.object({ items: z.array(SandboxChatSummary) });
export type SandboxChatList = z.infer<typeof SandboxChatList>;

/** A file that a virtual phone has to send. */
export const SandboxFile = z.object({
  id: z.string(),
  kind: z.enum(MEDIA_KINDS),
  mimeType: z.string(),
  bytes: z.number().int(),
});
export type SandboxFile = z.infer<typeof SandboxFile>;

export const UploadFromPhone = z.object({ file: z.string().meta({ format: "binary" }).describe("Up to 16 MB, of any type.") });

const SAYING = ["text", "buttonPayload", "media", "location", "contact", "reaction"] as const;

export const ReplyFromPhone = z
  .strictObject({
    from: z.string().describe("The virtual phone's number in international format."),
    name: z.string().trim().min(1).max(120).optional().describe("The profile name; kept once given."),
    text: z.string().trim().min(1).max(4096).optional(),
    messageId: z.string().optional().describe("The message that is answered, reacted to, or whose button is pressed."),
    buttonPayload: z.string().min(1).max(256).optional(),
    media: z
      .strictObject({
        id: z.string().max(40).describe("Of a file that the phone took up."),
        caption: z.string().trim().min(1).max(1024).optional(),
        voice: z.boolean().optional(),
      })
      .optional(),
    location: z
      .strictObject({
        latitude: z.number().min(-90).max(90),
        longitude: z.number().min(-180).max(180),
        name: z.string().max(1000).optional(),
        address: z.string().max(1000).optional(),
      })
      .optional(),
    contact: z.strictObject({ name: z.string().trim().min(1).max(120), phone: z.string().max(40) }).optional(),
    reaction: z.string().max(40).optional().describe("One emoji; empty takes the reaction back."),
  })
  .refine((v) => SAYING.filter((key) => v[key] !== undefined).length === 1, `Give one of ${SAYING.join(", ")}.`)
  .refine((v) => v.buttonPayload === undefined || v.messageId !== undefined, "A button needs the messageId it belongs to.")
  .refine((v) => v.reaction === undefined || v.messageId !== undefined, "A reaction needs the messageId it belongs to.");
export type ReplyFromPhone = z.infer<typeof ReplyFromPhone>;

export const SetPhonePresence = z.strictObject({
  phone: z.string(),
  name: z.string().trim().min(1).max(120).optional(),
  online: z.boolean().optional().describe("False is airplane mode: nothing is delivered until it is true again."),
  readReceipts: z.boolean().optional(),
  onWhatsapp: z.boolean().optional(),
  marketingStopped: z.boolean().optional().describe("The customer's own switch 'stop offers from this business'."),
});
export type SetPhonePresence = z.infer<typeof SetPhonePresence>;

export const SandboxControl = z.object({ settings: SandboxSettings, subscribed: z.boolean(), webhooksWaiting: z.number() });
export type SandboxControl = z.infer<typeof SandboxControl>;
