import { sql } from "drizzle-orm";
import { boolean, index, integer, jsonb, pgTable, real, text, uniqueIndex } from "drizzle-orm/pg-core";
import { moment, sealed } from "@/db/columns";
import type { IntegrationCheck, IntegrationStatus, PauseReason } from "@/lib/integrations/schema";
import { organizations } from "./organizations";

export const integrations = pgTable(
  "integrations",
  {
    id: text("id").primaryKey(),
    organizationId: text("organization_id")
      .notNull()
      .references(() => organizations.id, { onDelete: "cascade" }),
    name: text("name").notNull(),
    provider: text("provider").notNull(),
    category: text("category").notNull(),
    sandbox: boolean("sandbox").notNull(),
    endpointUrl: text("endpoint_url").notNull(),
    phoneNumberId: text("phone_number_id").notNull(),
    businessAccountId: text("business_account_id").notNull(),
    appId: text("app_id"),
    accessToken: sealed("access_token", "integrations.access_token").notNull(),
    appSecret: sealed("app_secret", "integrations.app_secret"),
    webhookVerifyToken: sealed("webhook_verify_token", "integrations.webhook_verify_token").notNull(),
    webhookVerifyTokenIndex: text("webhook_verify_token_index").notNull(),
    isDefault: boolean("is_default").notNull().default(false),
    status: text("status").$type<IntegrationStatus>().notNull().default("unverified"),
    pauseReason: text("pause_reason").$type<PauseReason>(),
    pauseErrorCode: integer("pause_error_code"),
    pausedAt: moment("paused_at"),
    pausedBy: text("paused_by"),
    /** Since when the number is this integration's: it passed the connection test. Null: it is only claimed. */
    verifiedAt: moment("verified_at"),
    checks: jsonb("checks").$type<IntegrationCheck[]>().notNull().default([]),
    checkedAt: moment("checked_at"),
    displayPhoneNumber: sealed("display_phone_number", "integrations.display_phone_number"),
    verifiedName: text("verified_name"),
    qualityRating: text("quality_rating"),
    messagingLimitTier: text("messaging_limit_tier"),
    /** When Meta's last word about the messaging limit was true. */
    limitsToldAt: moment("limits_told_at"),
    throughputLevel: text("throughput_level"),
    onBusinessApp: boolean("on_business_app").notNull().default(false),
    tokenExpiresAt: moment("token_expires_at"),
    ratePerSecond: integer("rate_per_second"),
    templatesSyncedAt: moment("templates_synced_at"),
    lastWebhookAt: moment("last_webhook_at"),
    refusedSignatures: integer("refused_signatures").notNull().default(0),
    refusedSince: moment("refused_since"),
    refusedLastAt: moment("refused_last_at"),
    createdAt: moment("created_at").notNull().defaultNow(),
    updatedAt: moment("updated_at").notNull().defaultNow(),
    deletedAt: moment("deleted_at"),
  },
  (t) => [
    uniqueIndex("integrations_verified_number")
      .on(t.phoneNumberId)
      .where(sql`not sandbox and deleted_at is null and verified_at is not null`),
    uniqueIndex("integrations_default").on(t.organizationId).where(sql`is_default and deleted_at is null`),
    index("integrations_organization").on(t.organizationId, t.id),
    index("integrations_named").on(t.phoneNumberId),
    index("integrations_account").on(t.businessAccountId),
    index("integrations_verify_token").on(t.webhookVerifyTokenIndex),
  ],
);

/** The pace of one phone number: who dispatches it, when its next message may leave, and how far Meta has slowed it. */
export const lanes = pgTable("lanes", {
  integrationId: text("integration_id")
    .primaryKey()
    .references(() => integrations.id, { onDelete: "cascade" }),
  organizationId: text("organization_id").notNull(),
  owner: text("owner"),
  leaseUntil: moment("lease_until"),
  /** The theoretical arrival time of the token bucket: the moment at which every sent message has been paid for. */
  paidUntil: moment("paid_until"),
  rateFactor: real("rate_factor").notNull().default(1),
  slowedAt: moment("slowed_at"),
  /** Since when messages wait for a free place of the allowance; null: none does. */
  overAllowanceSince: moment("over_allowance_since"),
  /** Until when no call is tried, because Meta gave no clear answers. */
  unreachableUntil: moment("unreachable_until"),
});
