import { getTranslations } from "next-intl/server";
import { AccountPage } from "@/components/settings/account-page";
import { oidcName } from "@/lib/auth/oidc";
import { Role } from "@/lib/organizations/schema";

export async function generateMetadata() {
  const t = await getTranslations("settings.tabs");
  return { title: t("account") };
}

export default async function Page({ searchParams }: { searchParams: Promise<{ lowered?: string }> }) {
  const { lowered } = await searchParams;
  return <AccountPage lowered={Role.safeParse(lowered).data} oidcName={oidcName()} />;
}
