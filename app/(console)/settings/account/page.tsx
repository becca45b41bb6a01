import { getTranslations } from "next-intl/server";
import { AccountPage } from "@/components/settings/account-page";

export async function generateMetadata() {
  const t = await getTranslations("settings.tabs");
  return { title: t("account") };
}

export default function Page() {
  return <AccountPage />;
}
