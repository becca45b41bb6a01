import { redirect } from "next/navigation";
import { getTranslations } from "next-intl/server";
import { LoginForm } from "@/components/auth/login-form";
import { oidcName } from "@/lib/auth/oidc";
import { getSession } from "@/lib/auth/session";
import { openDatabase } from "@/lib/ctx";
import { firstOfEach, type SearchParams } from "@/lib/http/search-params";
import { isSetUp } from "@/lib/organizations/setup";

export async function generateMetadata() {
  const t = await getTranslations("auth");
  return { title: t("title") };
}

export default async function LoginPage({ searchParams }: { searchParams: SearchParams }) {
  const { next, email, error } = await firstOfEach(searchParams);
  if (await getSession()) redirect("/");
  return (
    <LoginForm next={next} email={email} error={error} oidcName={oidcName()} isUnowned={!(await isSetUp(await openDatabase()))} />
  );
}
