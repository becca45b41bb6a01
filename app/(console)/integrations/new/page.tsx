import { redirect } from "next/navigation";
import { getTranslations } from "next-intl/server";
import { NewIntegration } from "@/components/integrations/new-integration";
import { getSession } from "@/lib/auth/session";
import { allows } from "@/lib/organizations/permissions";

export async function generateMetadata() {
  const t = await getTranslations("integrations");
  return { title: t("connect") };
}

export default async function NewIntegrationPage() {
  const session = await getSession();
  if (!session || !allows(session.permissions, "integrations:write")) redirect("/integrations");
  return <NewIntegration />;
}
