import { redirect } from "next/navigation";
import { getTranslations } from "next-intl/server";
import { MembersPage } from "@/components/settings/members-page";
import { pageCtx } from "@/lib/auth/session";
import { getOrganization } from "@/lib/organizations/organizations";
import { allows } from "@/lib/organizations/permissions";

export async function generateMetadata() {
  const t = await getTranslations("settings.tabs");
  return { title: t("members") };
}

export default async function Page() {
  const ctx = await pageCtx();
  if (!ctx || !allows(ctx.scopes, "members:read")) redirect("/settings");
  return <MembersPage organization={await getOrganization(ctx)} />;
}
