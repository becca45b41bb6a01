import { redirect } from "next/navigation";
import { getTranslations } from "next-intl/server";
import { OverviewPage } from "@/components/overview/overview-page";
import { pageCtx } from "@/lib/auth/session";
import { publicUrl } from "@/lib/env";
import { getOverview } from "@/lib/insights/overview";

export async function generateMetadata() {
  const t = await getTranslations("overview");
  return { title: t("title") };
}

export default async function HomePage() {
  const ctx = await pageCtx();
  if (!ctx) redirect("/login");
  return <OverviewPage initial={await getOverview(ctx)} apiUrl={publicUrl()} />;
}
