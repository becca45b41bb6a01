import { redirect } from "next/navigation";
import { getTranslations } from "next-intl/server";
import { IntegrationsTable } from "@/components/integrations/integrations-table";
import { pageCtx } from "@/lib/auth/session";
import { publicUrl } from "@/lib/env";
import { PageQuery } from "@/lib/http/paging";
import { listIntegrations } from "@/lib/integrations/integrations";

export async function generateMetadata() {
  const t = await getTranslations("integrations");
  return { title: t("title") };
}

export default async function IntegrationsPage() {
  const ctx = await pageCtx();
  if (!ctx) redirect("/login");
  return <IntegrationsTable firstPage={await listIntegrations(ctx, PageQuery.parse({}))} apiUrl={publicUrl()} />;
}
