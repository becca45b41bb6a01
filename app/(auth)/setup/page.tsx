import { redirect } from "next/navigation";
import { getLocale, getTranslations } from "next-intl/server";
import { DeadSetupLink } from "@/components/setup/dead-setup-link";
import { OwnerStep } from "@/components/setup/owner-step";
import { SetupFrame } from "@/components/setup/setup-frame";
import { SetupWizard } from "@/components/setup/setup-wizard";
import { getSession, pageCtx } from "@/lib/auth/session";
import { openDatabase } from "@/lib/ctx";
import { publicUrl } from "@/lib/env";
import { PageQuery } from "@/lib/http/paging";
import { firstOfEach, type SearchParams } from "@/lib/http/search-params";
import { countries } from "@/lib/i18n/places";
import { timeZones } from "@/lib/i18n/time-zones";
import { listIntegrations } from "@/lib/integrations/integrations";
import { allows } from "@/lib/organizations/permissions";
import { isSetUp, isSetupToken } from "@/lib/organizations/setup";
import { listApiTokens } from "@/lib/organizations/tokens";

export async function generateMetadata() {
  const t = await getTranslations("setup");
  return { title: t("title"), referrer: "no-referrer" as const };
}

export default async function SetupPage({ searchParams }: { searchParams: SearchParams }) {
  const { token } = await firstOfEach(searchParams);
  const session = await getSession();
  const ctx = await pageCtx();
  if (!session || !ctx) return <Stranger token={token} />;
  if (!allows(session.permissions, "integrations:write") || !allows(session.permissions, "tokens:write")) redirect("/");
  const [integrations, tokens] = await Promise.all([
    listIntegrations(ctx, PageQuery.parse({ limit: 100 })),
    listApiTokens(ctx, PageQuery.parse({ limit: 1 })),
  ]);
  return (
    <SetupWizard integrations={integrations} hasToken={tokens.data.length > 0} person={session.user.name} apiUrl={publicUrl()} />
  );
}

async function Stranger({ token }: { token: string | undefined }) {
  const db = await openDatabase();
  if (!token || !(await isSetupToken(db, token))) return <DeadSetupLink isSetUp={await isSetUp(db)} />;
  const language = await getLocale();
  return (
    <SetupFrame step="owner">
      <OwnerStep token={token} countries={countries(language)} timeZones={timeZones(language, new Date())} />
    </SetupFrame>
  );
}
