import { redirect } from "next/navigation";
import { getLocale, getTranslations } from "next-intl/server";
import { BuilderPage } from "@/components/templates/builder/loaded";
import { getSession, pageCtx } from "@/lib/auth/session";
import { loadPageMessages } from "@/lib/i18n/catalogue";
import { allows } from "@/lib/organizations/permissions";
import { defaultIntegrationId } from "@/lib/templates/templates";

export async function generateMetadata() {
  const t = await getTranslations("templates");
  return { title: t("new") };
}

export default async function NewTemplatePage() {
  const [session, ctx] = await Promise.all([getSession(), pageCtx()]);
  if (!session || !ctx || !allows(session.permissions, "templates:write")) redirect("/templates");
  const integrationId = await defaultIntegrationId(ctx);
  // Templates belong to an account: without one there is nobody to give them to.
  if (integrationId === null) redirect("/templates");
  return <BuilderPage words={await loadPageMessages(await getLocale(), "builder")} integrationId={integrationId} />;
}
