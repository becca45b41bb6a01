import { redirect } from "next/navigation";
import { getTranslations } from "next-intl/server";
import { TokensPage } from "@/components/settings/tokens-page";
import { getSession } from "@/lib/auth/session";
import { publicUrl } from "@/lib/env";
import { allows } from "@/lib/organizations/permissions";

export async function generateMetadata() {
  const t = await getTranslations("settings.tabs");
  return { title: t("tokens") };
}

export default async function Page({ searchParams }: { searchParams: Promise<{ new?: string }> }) {
  const session = await getSession();
  if (!session || !allows(session.permissions, "tokens:read")) redirect("/settings");
  return <TokensPage apiUrl={publicUrl()} isCreating={(await searchParams).new !== undefined} />;
}
