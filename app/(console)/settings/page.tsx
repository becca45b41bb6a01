import { redirect } from "next/navigation";
import { getLocale, getTranslations } from "next-intl/server";
import { OrganizationForm } from "@/components/settings/organization-form";
import { pageCtx } from "@/lib/auth/session";
import { countries, templateLanguages } from "@/lib/i18n/places";
import { timeZones } from "@/lib/i18n/time-zones";
import { getOrganization } from "@/lib/organizations/organizations";

export async function generateMetadata() {
  const t = await getTranslations("settings");
  return { title: t("title") };
}

export default async function OrganizationPage() {
  const ctx = await pageCtx();
  if (!ctx) redirect("/login");
  const language = await getLocale();
  return (
    <OrganizationForm
      initial={await getOrganization(ctx)}
      countries={countries(language)}
      timeZones={timeZones(language, ctx.now)}
      languages={templateLanguages(language)}
    />
  );
}
