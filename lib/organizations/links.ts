import "server-only";
import type { Db } from "@/db/client";
import { links } from "@/db/schema/organizations";
import { newToken, sha256 } from "@/lib/crypto";
import { publicUrl } from "@/lib/env";
import { newId } from "@/lib/ids";

type Link = typeof links.$inferSelect;

/** Makes a one-time link; only the hash of its token is kept. The caller checks who may. */
export async function createLink(
  db: Db,
  input: Pick<typeof links.$inferInsert, "kind" | "organizationId" | "email" | "role" | "userId" | "createdBy"> & {
    now: Date;
    lifetimeMs: number;
  },
): Promise<{ link: Link; url: string }> {
  const { now, lifetimeMs, ...fields } = input;
  const token = newToken("link");
  const [link] = await db
    .insert(links)
    .values({
      ...fields,
      id: newId(input.kind === "invitation" ? "inv" : "lnk", now.getTime()),
      tokenHash: sha256(token),
      createdAt: now,
      expiresAt: new Date(now.getTime() + lifetimeMs),
    })
    .returning();
  if (!link) throw new Error("The link was not stored.");
  return { link, url: `${publicUrl()}/link?token=${token}` };
}
