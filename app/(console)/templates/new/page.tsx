import { redirect } from "next/navigation";
import { getLocale, getTranslations } from "next-intl/server";
import { BuilderPage } from "@/components/templates/builder/loaded";
import { getSession, pageCtx } from "@/lib/auth/session";
import { loadPageMessages } from "@/lib/i18n/catalogue";
import { allows } from "@/lib/organizations/permissions";
import { isStarter, starterOf } from "@/lib/templates/starters";
import { defaultIntegrationId } from "@/lib/templates/templates";

export async function generateMetadata() {
  const t = await getTranslations("templates");
  return { title: t("new") };
}

type PageProps = { searchParams: Promise<{ starter?: string; language?: string }> };

export default async function NewTemplatePage({ searchParams }: PageProps) {
  const [session, ctx] = await Promise.all([getSession(), pageCtx()]);
  if (!session || !ctx || !allows(session.permissions, "templates:write")) redirect("/templates");
  const integrationId = await defaultIntegrationId(ctx);
  // Templates belong to an account: without one there is nobody to give them to.
  if (integrationId === null) redirect("/templates");
  const locale = await getLocale();
  const { starter: name, language = session.organization.languages[0] ?? locale } = await searchParams;
  const starter = isStarter(name) ? starterOf(name, language) : undefined;
  return (
    <BuilderPage
      key={`${name} ${language}`}
      words={await loadPageMessages(locale, "builder")}
      integrationId={integrationId}
      starter={starter}
    />
  );
}
