import "server-only";
import { eq, sql } from "drizzle-orm";
import { consentSettings } from "@/db/schema/contacts";
import { audit, differences } from "@/lib/audit";
import { type Ctx, inTransaction } from "@/lib/ctx";
import { AppError } from "@/lib/errors";
import { laterThan } from "@/lib/http/unchanged";
import { announce } from "@/lib/live";
import {
  type ConsentSettings,
  DEFAULT_CONSENT_SETTINGS,
  type ShownConsentSettings,
  type UpdateConsentSettings,
} from "./settings-schema";

type Row = typeof consentSettings.$inferSelect;

export async function getConsentSettings(ctx: Ctx): Promise<ShownConsentSettings> {
  const [row] = await ctx.db.select().from(consentSettings).where(eq(consentSettings.organizationId, ctx.organizationId));
  return show(row);
}

/** Changes what is given and leaves the rest; words and texts are replaced as a whole. Throws `conflict` for who saves second. */
export async function updateConsentSettings(
  ctx: Ctx,
  { updatedAt, ...changes }: UpdateConsentSettings,
): Promise<ShownConsentSettings> {
  return inTransaction(ctx, async (tx) => {
    // The first change has no row to lock.
    await tx.db.execute(sql`select pg_advisory_xact_lock(hashtextextended(${`consent settings ${ctx.organizationId}`}, 0))`);
    const before = await getConsentSettings(tx);
    if (updatedAt !== undefined && !isSameMoment(updatedAt, before.updatedAt))
      throw new AppError("conflict", "Somebody else changed this in the meantime", { details: { current: before } });
    const { updatedAt: since, ...settings } = before;
    const after: ConsentSettings = { ...settings, ...definedOf(changes) };
    const changed = differences(settings, after);
    if (Object.keys(changed).length === 0) return before;
    const at = since === null ? tx.now : laterThan(new Date(since), tx.now);
    await tx.db
      .insert(consentSettings)
      .values({ organizationId: tx.organizationId, settings: after, updatedAt: at })
      .onConflictDoUpdate({ target: consentSettings.organizationId, set: { settings: after, updatedAt: at } });
    await audit(tx, "consent.settings_changed", { type: "organization", id: tx.organizationId }, { changes: changed });
    await announce(tx.db, tx.organizationId, ["organization"]);
    return { ...after, updatedAt: at.toISOString() };
  });
}

const isSameMoment = (a: string | null, b: string | null) =>
  a === null || b === null ? a === b : Date.parse(a) === Date.parse(b);

function definedOf<T extends object>(changes: T): Partial<ConsentSettings> {
  return Object.fromEntries(Object.entries(changes).filter(([, value]) => value !== undefined));
}

/** A setting that is newer than the row has its default. */
function show(row: Row | undefined): ShownConsentSettings {
  return { ...DEFAULT_CONSENT_SETTINGS, ...row?.settings, updatedAt: row?.updatedAt.toISOString() ?? null };
}
