import { redirect } from "next/navigation";
import { getLocale, getTranslations } from "next-intl/server";
import { BuilderPage } from "@/components/templates/builder/loaded";
import { getSession, pageCtx } from "@/lib/auth/session";
import { loadPageMessages } from "@/lib/i18n/catalogue";
import { allows } from "@/lib/organizations/permissions";
import { integrationOfTemplate } from "@/lib/templates/templates";
import { readTemplate } from "../../read";

type PageProps = { params: Promise<{ id: string }> };

export async function generateMetadata({ params }: PageProps) {
  const [t, { name }] = await Promise.all([getTranslations("templates"), readTemplate((await params).id)]);
  return { title: `${t("edit")}: ${name}` };
}

export default async function EditTemplatePage({ params }: PageProps) {
  const { id } = await params;
  const [session, ctx, template] = await Promise.all([getSession(), pageCtx(), readTemplate(id)]);
  if (!session || !ctx || !allows(session.permissions, "templates:write")) redirect(`/templates/${id}`);
  const words = await loadPageMessages(await getLocale(), "builder");
  return <BuilderPage key={id} words={words} integrationId={(await integrationOfTemplate(ctx, id)) ?? ""} template={template} />;
}
