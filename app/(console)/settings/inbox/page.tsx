import { redirect } from "next/navigation";
import { getTranslations } from "next-intl/server";
import { InboxSettings } from "@/components/settings/inbox-settings";
import { pageCtx } from "@/lib/auth/session";
import { getOrganization } from "@/lib/organizations/organizations";

export async function generateMetadata() {
  const t = await getTranslations("settings.tabs");
  return { title: t("inbox") };
}

export default async function InboxSettingsPage() {
  const ctx = await pageCtx();
  if (!ctx) redirect("/login");
  return <InboxSettings initial={await getOrganization(ctx)} />;
}
