import { redirect } from "next/navigation";
import { getLocale, getTranslations } from "next-intl/server";
import { ConsentForm } from "@/components/settings/consent-form";
import { pageCtx } from "@/lib/auth/session";
import { getConsentSettings } from "@/lib/contacts/consent-settings";
import { TONGUES } from "@/lib/contacts/stop-words";
import { templateLanguages } from "@/lib/i18n/places";
import { getOrganization } from "@/lib/organizations/organizations";

export async function generateMetadata() {
  const t = await getTranslations("settings.tabs");
  return { title: t("consent") };
}

export default async function ConsentPage() {
  const ctx = await pageCtx();
  if (!ctx) redirect("/login");
  const { name, languages } = await getOrganization(ctx);
  const initial = await getConsentSettings(ctx);
  const codes = new Set([
    ...languages.map((code) => code.split("_")[0] ?? code),
    ...TONGUES,
    ...Object.keys(initial.confirmations),
  ]);
  const names = templateLanguages(await getLocale());
  const options = [...codes].map((value) => ({ value, label: names.find((place) => place.value === value)?.label ?? value }));
  return <ConsentForm initial={initial} organizationName={name} languages={options} />;
}
