import "server-only";
import { eq, sql } from "drizzle-orm";
import type { Db } from "@/db/client";
import { installation, users } from "@/db/schema/organizations";
import { newToken, sameText, sha256 } from "@/lib/crypto";
import { asThemselves, openDatabase } from "@/lib/ctx";
import { publicUrl } from "@/lib/env";
import { AppError } from "@/lib/errors";
import { newId } from "@/lib/ids";
import { hashPassword } from "@/lib/passwords";
import { foundOrganization } from "./organizations";
import { DEFAULT_SETTINGS, type SetupInput, type SetupResult } from "./schema";

/** A new one-time link to the setup page while nobody exists; it makes earlier ones worthless. Null once there is somebody. */
export async function ensureSetupLink(): Promise<string | null> {
  const db = await openDatabase();
  if (await isSetUp(db)) return null;
  const token = newToken("setup");
  await db
    .update(installation)
    .set({ setupTokenHash: sha256(token) })
    .where(eq(installation.id, 1));
  return `${publicUrl()}/setup?token=${token}`;
}

/** True when the token opens the setup page. */
export async function isSetupToken(db: Db, token: string): Promise<boolean> {
  const [row] = await db.select({ hash: installation.setupTokenHash }).from(installation).where(eq(installation.id, 1));
  return Boolean(row?.hash && sameText(row.hash, sha256(token))) && !(await isSetUp(db));
}

/** Makes the first owner and their organization, once: of two at the same time one wins, and the other finds the link dead. */
export async function completeSetup(
  db: Db,
  input: SetupInput,
  { ip, now }: { ip: string | null; now: Date },
): Promise<SetupResult> {
  if (!(await isSetupToken(db, input.token))) throw deadLink();
  const passwordHash = await hashPassword(input.password);
  return db.transaction(async (tx) => {
    await tx.execute(sql`select 1 from ${installation} where ${installation.id} = 1 for update`);
    if (!(await isSetupToken(tx, input.token))) throw deadLink();
    await tx.update(installation).set({ setupTokenHash: null }).where(eq(installation.id, 1));
    const { name, email, language } = input;
    const user = { id: newId("usr", now.getTime()), name, email, language, passwordHash, createdAt: now };
    await tx.insert(users).values(user);
    const organization = await foundOrganization(asThemselves(tx, user, "", ip, now), {
      name: input.organizationName,
      timeZone: input.timeZone,
      country: input.country,
      // Templates in the owner's language go before others from the first message on.
      languages: [language, ...DEFAULT_SETTINGS.languages.filter((other) => other !== language)],
    });
    return { userId: user.id, organizationId: organization.id };
  });
}

/** True once somebody owns the installation. */
export async function isSetUp(db: Db): Promise<boolean> {
  const rows = await db.select({ id: users.id }).from(users).limit(1);
  return rows.length > 0;
}

function deadLink(): AppError {
  return new AppError("not_found", "This setup link is not valid any more. The newest one is printed when the server starts.");
}
