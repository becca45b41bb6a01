import { redirect } from "next/navigation";
import { getTranslations } from "next-intl/server";
import { AuditTrail } from "@/components/settings/audit-trail";
import { getSession } from "@/lib/auth/session";
import { allows } from "@/lib/organizations/permissions";

export async function generateMetadata() {
  const t = await getTranslations("settings.tabs");
  return { title: t("audit") };
}

export default async function Page() {
  const session = await getSession();
  if (!session || !allows(session.permissions, "audit:read")) redirect("/settings");
  return <AuditTrail />;
}
