import { redirect } from "next/navigation";
import { getTranslations } from "next-intl/server";
import { TemplatesTable } from "@/components/templates/templates-table";
import { pageCtx } from "@/lib/auth/session";
import { ListTemplates } from "@/lib/templates/schema";
import { listTemplates } from "@/lib/templates/templates";

export async function generateMetadata() {
  const t = await getTranslations("templates");
  return { title: t("title") };
}

const MOST = 100;

export default async function TemplatesPage() {
  const ctx = await pageCtx();
  if (!ctx) redirect("/login");
  const { data, nextCursor } = await listTemplates(ctx, ListTemplates.parse({ limit: MOST }));
  return <TemplatesTable templates={nextCursor ? undefined : data} />;
}
