import { eq } from "drizzle-orm";
import { expect, it } from "vitest";
import { memberships, organizations, users } from "@/db/schema/organizations";
import { useTestDatabase } from "@/db/testing";
import { openDatabase } from "@/lib/ctx";
import { completeSetup, ensureSetupLink } from "./setup";

useTestDatabase();

const visit = { ip: null, now: new Date() };
const input = (url: string | null, email: string) => ({
  token: new URL(url ?? "").searchParams.get("token") ?? "",
  name: "İlk Sahip",
  email,
  password: "a long password",
  organizationName: "Çiçekçi",
  timeZone: "Europe/Istanbul",
  country: "TR",
  language: "tr" as const,
});

it("makes the first owner once: an older link is dead, one of two at the same time wins, and then there is no link", async () => {
  const db = await openDatabase();
  const older = await ensureSetupLink();
  const link = await ensureSetupLink();
  await expect(completeSetup(db, input(older, "old@example.com"), visit)).rejects.toMatchObject({ code: "not_found" });

  const both = await Promise.allSettled([
    completeSetup(db, input(link, "one@example.com"), visit),
    completeSetup(db, input(link, "two@example.com"), visit),
  ]);
  const [won] = both.flatMap((result) => (result.status === "fulfilled" ? [result.value] : []));
  const [lost] = both.flatMap((result) => (result.status === "rejected" ? [result.reason] : []));
  expect(lost).toMatchObject({ code: "not_found" });
  expect(await db.select().from(users)).toMatchObject([{ id: won?.userId, language: "tr" }]);
  expect(await db.select().from(organizations)).toMatchObject([{ id: won?.organizationId, name: "Çiçekçi" }]);
  expect(
    await db
      .select()
      .from(memberships)
      .where(eq(memberships.userId, won?.userId ?? "")),
  ).toMatchObject([{ role: "owner" }]);

  expect(await ensureSetupLink()).toBeNull();
  await expect(completeSetup(db, input(link, "late@example.com"), visit)).rejects.toMatchObject({ code: "not_found" });
});
