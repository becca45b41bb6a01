import type { OwnTemplate, SandboxAccount } from "./store";
import { SANDBOX_TEMPLATES, type SandboxTemplate } from "./templates";

type Json = Record<string, unknown>;

/** What Graph shows of each node when no fields are named. */
export const NUMBER_FIELDS = [
  "verified_name",
  "code_verification_status",
  "display_phone_number",
  "quality_rating",
  "platform_type",
  "throughput",
  "last_onboarded_time",
  "id",
];
export const BUSINESS_FIELDS = ["id", "name", "currency", "timezone_id", "message_template_namespace"];
export const TEMPLATE_FIELDS = ["name", "parameter_format", "components", "language", "status", "category", "id"];

export function numberNode(account: SandboxAccount): Json {
  const { settings } = account;
  return {
    id: account.phoneNumberId,
    display_phone_number: grouped(account.displayPhoneNumber),
    verified_name: account.verifiedName,
    country_code: "TR",
    quality_rating: settings.quality,
    quality_score: { score: settings.quality },
    status: settings.restricted ? "RESTRICTED" : "CONNECTED",
    name_status: "APPROVED",
    new_name_status: "NONE",
    code_verification_status: "VERIFIED",
    account_mode: "SANDBOX",
    platform_type: "CLOUD_API",
    throughput: { level: settings.ratePerSecond > 80 ? "HIGH" : "STANDARD" },
    whatsapp_business_manager_messaging_limit: settings.tier,
    messaging_limit_tier: settings.tier,
    is_pin_enabled: true,
    is_official_business_account: false,
    is_on_biz_app: false,
    is_preverified_number: false,
    last_onboarded_time: "2026-09-01T08:00:00+0000",
    webhook_configuration: {
      application: account.webhookUrl ?? "",
      ...(account.overrideUrl === null ? {} : { whatsapp_business_account: account.overrideUrl }),
    },
    search_visibility: "VISIBLE",
    health_status: health(account, "PHONE_NUMBER", account.phoneNumberId),
  };
}

export function businessNode(account: SandboxAccount): Json {
  return {
    id: account.businessAccountId,
    name: account.verifiedName,
    status: "ACTIVE",
    currency: "USD",
    country: "TR",
    timezone_id: "130",
    account_review_status: "APPROVED",
    business_verification_status: "verified",
    ownership_type: "SELF",
    message_template_namespace: "5a4d0000_0000_4000_8000_000000000000",
    health_status: health(account, "WABA", account.businessAccountId),
  };
}

function health(account: SandboxAccount, type: "PHONE_NUMBER" | "WABA", id: string): Json {
  const word = account.settings.restricted ? "BLOCKED" : "AVAILABLE";
  const errors = account.settings.restricted
    ? [
        {
          error_code: 368,
          error_description: "The account is restricted because of a policy violation.",
          possible_solution: "Look into Business Support Home.",
        },
      ]
    : undefined;
  const entity = (entity_type: string, entityId: string, blocked: boolean) => ({
    entity_type,
    id: entityId,
    can_send_message: blocked ? word : "AVAILABLE",
    ...(blocked && errors ? { errors } : {}),
  });
  return {
    can_send_message: word,
    entities: [
      ...(type === "PHONE_NUMBER" ? [entity("PHONE_NUMBER", id, false)] : []),
      entity("WABA", account.businessAccountId, true),
      entity("BUSINESS", "100000000000002", false),
      entity("APP", account.appId, false),
    ],
  };
}

/** The templates as the account's settings leave them. */
export function templatesOf(account: SandboxAccount, own: readonly OwnTemplate[], nowMs: number): readonly SandboxTemplate[] {
  const all = own.length === 0 ? SANDBOX_TEMPLATES : withOwn(own, nowMs);
  if (!account.settings.templatesPaused) return all;
  return all.map((t) => (t.status === "APPROVED" ? { ...t, status: "PAUSED" as const } : t));
}

/** Those that every account has, with what was made, changed and deleted since. */
function withOwn(own: readonly OwnTemplate[], nowMs: number): SandboxTemplate[] {
  const touched = new Set(own.map(({ template }) => template.id));
  const living = own.filter(({ deletedAt }) => deletedAt === null);
  return [
    ...SANDBOX_TEMPLATES.filter(({ id }) => !touched.has(id)),
    ...living.map(({ template, reviewedAt }) => (reviewedAt <= nowMs ? template : { ...template, status: "PENDING" as const })),
  ];
}

export function templateNode(template: SandboxTemplate): Json {
  return {
    ...template,
    previous_category: template.previous_category ?? null,
    correct_category: null,
    sub_category: "CUSTOM",
    message_send_ttl_seconds: template.message_send_ttl_seconds ?? -1,
    health_status: { can_send_message: template.status === "APPROVED" ? "AVAILABLE" : "BLOCKED", entities: [] },
  };
}

function grouped(e164: string): string {
  return e164.replace(/^\+(\d{2})(\d{3})(\d{3})(\d{2})(\d{2})$/, "+$1 $2 $3 $4 $5");
}
