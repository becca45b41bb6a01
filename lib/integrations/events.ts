import "server-only";
import { and, eq, inArray, isNull, type SQL, sql } from "drizzle-orm";
import { integrations } from "@/db/schema/integrations";
import type { Ctx } from "@/lib/ctx";
import { announceSoon } from "@/lib/live";
import type { AccountUpdateItem, BusinessCapabilityItem, PhoneQualityItem } from "@/lib/whatsapp/inbound-items";
import { tierAllowance } from "@/lib/whatsapp/tiers";
import { pauseIntegration } from "./pause";
import type { PauseReason } from "./schema";

/** The integration by which an event was heard. */
type Told = { id: string; businessAccountId: string; sandbox: boolean };

const ofAccount = (ctx: Ctx, { businessAccountId, sandbox }: Told) =>
  and(
    eq(integrations.organizationId, ctx.organizationId),
    eq(integrations.businessAccountId, businessAccountId),
    eq(integrations.sandbox, sandbox),
    isNull(integrations.deletedAt),
  );

/** An event of before what was read or told last changes nothing; one without a time is taken as new. */
const isNewer = (at: Date | null): SQL | undefined =>
  at === null
    ? undefined
    : sql`(${integrations.limitsToldAt} is null or ${integrations.limitsToldAt} <= ${at.toISOString()}::timestamptz)`;

/** Meta tells a higher or lower limit, or a higher throughput, of one number. The limit belongs to the whole portfolio. */
export async function notePhoneQuality(ctx: Ctx, told: Told, item: PhoneQualityItem): Promise<void> {
  if (item.limit !== undefined) await noteLimit(ctx, told, item.limit, item.at);
  if (item.event?.toUpperCase() !== "THROUGHPUT_UPGRADE") return;
  const digits = item.displayPhoneNumber?.replace(/\D/g, "");
  const numbers = await ctx.db
    .select({ id: integrations.id, number: integrations.displayPhoneNumber })
    .from(integrations)
    .where(ofAccount(ctx, told));
  const meant = numbers.filter(({ number }) => digits !== undefined && number?.replace(/\D/g, "") === digits);
  const ids = (meant.length > 0 ? meant : numbers.length === 1 ? numbers : []).map(({ id }) => id);
  if (ids.length === 0) return;
  await ctx.db
    .update(integrations)
    .set({ throughputLevel: "HIGH" })
    .where(and(eq(integrations.organizationId, ctx.organizationId), inArray(integrations.id, ids)));
  announceSoon(ctx.organizationId, ["integrations"]);
}

export async function noteCapability(ctx: Ctx, told: Told, item: BusinessCapabilityItem): Promise<void> {
  if (item.limit !== undefined) await noteLimit(ctx, told, item.limit, item.at);
}

async function noteLimit(ctx: Ctx, told: Told, limit: string, at: Date | null): Promise<void> {
  if (tierAllowance(limit) === null) return;
  await ctx.db
    .update(integrations)
    .set({ messagingLimitTier: limit, limitsToldAt: at ?? ctx.now })
    .where(and(ofAccount(ctx, told), isNewer(at)));
  announceSoon(ctx.organizationId, ["integrations"]);
}

/** What ends or forbids sending, and the pause that it makes. A restriction on adding numbers, say, stops nothing. */
export function pauseOf(item: AccountUpdateItem): PauseReason | null {
  switch (item.event) {
    case "DISABLED_UPDATE":
      return item.banState === "REINSTATE" ? null : "account_banned";
    case "ACCOUNT_RESTRICTION":
      return item.restrictions.some(({ type }) => STOPPING_RESTRICTIONS.includes(type.toUpperCase()))
        ? "account_restricted"
        : null;
    case "ACCOUNT_DELETED":
    case "ACCOUNT_OFFBOARDED":
      return "account_deleted";
    case "PARTNER_REMOVED":
    case "PARTNER_APP_UNINSTALLED":
      return "access_removed";
    default:
      return null;
  }
}

/** Source: Meta, "Policy enforcement": what a business may not begin, and what it may not even answer. */
const STOPPING_RESTRICTIONS = ["RESTRICTED_BIZ_INITIATED_MESSAGING", "RESTRICTED_CUSTOMER_INITIATED_MESSAGING"];
/** Meta's time and ours may differ by so much. */
const TOLERANCE_MS = 2 * 60_000;

/** A ban, a restriction, a deletion or a lost access pauses every number of the account, unless somebody has resumed it since. */
export async function noteAccountUpdate(ctx: Ctx, told: Told, item: AccountUpdateItem): Promise<void> {
  const reason = pauseOf(item);
  if (reason === null) return;
  const rows = await ctx.db
    .select({ id: integrations.id, updatedAt: integrations.updatedAt })
    .from(integrations)
    .where(ofAccount(ctx, told));
  for (const { id, updatedAt } of rows) {
    const isOld = item.at !== null && item.at.getTime() + TOLERANCE_MS < updatedAt.getTime();
    if (!isOld) await pauseIntegration(ctx, id, reason);
  }
}
