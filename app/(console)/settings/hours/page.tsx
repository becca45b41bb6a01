import { redirect } from "next/navigation";
import { getTranslations } from "next-intl/server";
import { HoursForm } from "@/components/settings/hours-form";
import { pageCtx } from "@/lib/auth/session";
import { getOrganization } from "@/lib/organizations/organizations";

export async function generateMetadata() {
  const t = await getTranslations("settings.tabs");
  return { title: t("hours") };
}

export default async function HoursPage() {
  const ctx = await pageCtx();
  if (!ctx) redirect("/login");
  return <HoursForm initial={await getOrganization(ctx)} />;
}
