import { redirect } from "next/navigation";
import { getTranslations } from "next-intl/server";
import { MembersPage } from "@/components/settings/members-page";
import { getSession } from "@/lib/auth/session";
import { allows } from "@/lib/organizations/permissions";

export async function generateMetadata() {
  const t = await getTranslations("settings.tabs");
  return { title: t("members") };
}

export default async function Page() {
  const session = await getSession();
  if (!session || !allows(session.permissions, "members:read")) redirect("/settings");
  return <MembersPage />;
}
