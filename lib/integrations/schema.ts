import { z } from "zod";
import { PageQuery, pageOf } from "@/lib/http/paging";
import { Moment } from "@/lib/moment";

const INTEGRATION_STATUSES = ["unverified", "verified", "failed", "paused"] as const;
export const IntegrationStatus = z.enum(INTEGRATION_STATUSES);
export type IntegrationStatus = z.infer<typeof IntegrationStatus>;

/** Why nothing is sent: a person stopped it, or Meta answered something that would be repeated for every message. */
const PAUSE_REASONS = [
  "operator",
  "token_invalid",
  "permission_missing",
  "account_restricted",
  "account_locked",
  "billing",
  "spam_limit",
  "not_registered",
  "misclassified_templates",
  "app_secret",
  "restored",
  "account_banned",
  "account_deleted",
  "access_removed",
] as const;
export const PauseReason = z.enum(PAUSE_REASONS);
export type PauseReason = z.infer<typeof PauseReason>;

export const CHECK_NAMES = ["token", "phone_number", "business_account", "webhook_subscription", "signature"] as const;
/** The one thing that helps against a failed check. */
const REMEDIES = [
  "test_again",
  "new_token",
  "correct_ids",
  "app_secret",
  "app_id",
  "subscribe",
  "webhook_values",
  "open_meta",
  "ask",
] as const;
export type Remedy = (typeof REMEDIES)[number];

export const IntegrationCheck = z.object({
  name: z.enum(CHECK_NAMES),
  ok: z.boolean(),
  code: z.string().optional().describe("What was found, in one word: `number_of_other_account`, `unreachable`."),
  message: z.string(),
  fix: z.string().optional(),
  remedy: z.enum(REMEDIES).optional().describe("The one act that helps when the check failed."),
  values: z
    .record(z.string(), z.string())
    .optional()
    .describe("What `message` names: ids, dates, addresses, Meta's words (`said`)."),
});
export type IntegrationCheck = z.infer<typeof IntegrationCheck>;

const MetaId = z
  .string()
  .trim()
  .regex(/^[A-Za-z0-9_-]{1,128}$/, "An id of Meta's has letters, digits, - and _ only");
const AccessToken = z
  .string()
  .trim()
  .min(1, "The access token is missing")
  .max(2000)
  .regex(/^[\x21-\x7e]+$/, "An access token has no spaces");

export const CreateIntegration = z.strictObject({
  provider: z.literal("meta"),
  category: z.literal("whatsapp"),
  name: z.string().trim().min(1).max(120).optional(),
  apiKey: AccessToken.describe("Meta's access token."),
  apiSecret: MetaId.optional().describe("The phone number id. It and config.phoneNumberId must agree; either alone will do."),
  endpointUrl: z
    .string()
    .trim()
    .max(300)
    .default("https://graph.facebook.com/v26.0")
    .describe("Graph's address; its path names the version."),
  isDefault: z.boolean().optional(),
  config: z
    .strictObject({
      sandbox: z.boolean().default(false).describe("True sends to the built-in stand-in instead of Meta."),
      phoneNumberId: MetaId.optional(),
      businessAccountId: MetaId.optional(),
      appId: MetaId.optional(),
      appSecret: z.string().trim().min(8).max(200).optional().describe("The app secret, with which Meta signs webhooks."),
      webhookVerifyToken: z.string().trim().min(8).max(200).optional().describe("Generated when absent."),
    })
    .default({ sandbox: false }),
});
export type CreateIntegration = z.infer<typeof CreateIntegration>;

export const UpdateIntegration = z
  .strictObject({
    name: z.string().trim().min(1).max(120),
    apiKey: AccessToken,
    endpointUrl: z.string().trim().max(300),
    isDefault: z.literal(true),
    ratePerSecond: z
      .number()
      .int()
      .min(1)
      .max(1000)
      .nullable()
      .describe("Messages a second; at most what Meta allows the number. null: Meta's figure."),
    updatedAt: Moment.describe(
      "The integration's updatedAt as it was read: if somebody changed it since, the answer is 409 with the present state.",
    ),
    paused: z.boolean().describe("true pauses sending, false resumes it."),
    appId: MetaId.nullable(),
    appSecret: z.string().trim().min(8).max(200),
    webhookVerifyToken: z.string().trim().min(8).max(200),
    phoneNumberId: MetaId.describe("Only while the number was never verified."),
    businessAccountId: MetaId,
  })
  .partial();
export type UpdateIntegration = z.infer<typeof UpdateIntegration>;

export const Warning = z.object({ code: z.string(), message: z.string() });
export type Warning = z.infer<typeof Warning>;

export const Integration = z.object({
  id: z.string(),
  provider: z.string(),
  category: z.string(),
  name: z.string(),
  status: IntegrationStatus,
  pauseReason: PauseReason.nullable(),
  pauseErrorCode: z.number().int().nullable(),
  pausedAt: z.iso.datetime().nullable(),
  pausedBy: z.string().nullable().describe("Who paused it, when it was a person."),
  verifiedAt: z.iso
    .datetime()
    .nullable()
    .describe("Since when the number is this integration's; null: it never passed the test."),
  isDefault: z.boolean(),
  endpointUrl: z.string(),
  graphVersion: z.string().describe("The version that calls are made with."),
  config: z.object({
    sandbox: z.boolean(),
    phoneNumberId: z.string(),
    businessAccountId: z.string(),
    appId: z.string().nullable(),
  }),
  hasAppSecret: z.boolean(),
  webhookUrl: z.string().describe("The callback address to give to Meta."),
  phone: z.object({
    displayPhoneNumber: z.string().nullable(),
    verifiedName: z.string().nullable(),
    qualityRating: z.string().nullable(),
    messagingLimitTier: z.string().nullable(),
    allowance24h: z
      .number()
      .nullable()
      .describe("People a rolling 24 hours may reach outside their window; null: no limit or not known."),
    throughputLevel: z.string().nullable(),
  }),
  ratePerSecond: z.object({
    limit: z.number().int().describe("Meta's figure for this number."),
    set: z.number().int().nullable().describe("The operator's lower figure."),
    effective: z.number().int(),
  }),
  checks: z.array(IntegrationCheck),
  checkedAt: z.iso.datetime().nullable(),
  tokenExpiresAt: z.iso.datetime().nullable(),
  templatesSyncedAt: z.iso.datetime().nullable(),
  lastWebhookAt: z.iso.datetime().nullable(),
  refusedSignatures: z
    .object({ count: z.number().int(), since: z.iso.datetime(), lastAt: z.iso.datetime() })
    .nullable()
    .describe("Webhooks refused for their signature since the last accepted one."),
  createdAt: z.iso.datetime(),
  updatedAt: z.iso.datetime(),
  warnings: z.array(Warning),
});
export type Integration = z.infer<typeof Integration>;
export const IntegrationPage = pageOf(Integration);

export const ListIntegrations = PageQuery;

export const DeleteIntegrationQuery = z.object({
  force: z.enum(["true", "false"]).default("false").describe("true cancels what waits."),
});
export type DeleteIntegrationQuery = z.infer<typeof DeleteIntegrationQuery>;

export const DoctorReport = z.object({ ok: z.boolean(), status: IntegrationStatus, checks: z.array(IntegrationCheck) });
export type DoctorReport = z.infer<typeof DoctorReport>;

/** What a person copies into Meta's webhook form. Only for those who may write integrations. */
export const WebhookValues = z.object({ url: z.string(), verifyToken: z.string() });
export type WebhookValues = z.infer<typeof WebhookValues>;

export const IntegrationHealth = z.object({
  integrationId: z.string(),
  status: IntegrationStatus,
  pauseReason: PauseReason.nullable(),
  verifiedAt: z.iso.datetime().nullable(),
  queued: z.number().int(),
  scheduled: z.number().int(),
  sending: z.number().int(),
  unknown: z.number().int(),
  oldestWaitingAt: z.iso.datetime().nullable(),
  sentLastMinute: z.number().int(),
  ratePerSecond: z.object({ limit: z.number(), effective: z.number(), now: z.number().describe("After Meta's slowing down.") }),
  allowance: z.object({
    limit: z.number().nullable(),
    used: z.number().int(),
    left: z.number().int().nullable(),
    nextFreeAt: z.iso.datetime().nullable(),
  }),
});
export type IntegrationHealth = z.infer<typeof IntegrationHealth>;
