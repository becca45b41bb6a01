import { redirect } from "next/navigation";
import { getTranslations } from "next-intl/server";
import { LoginForm } from "@/components/auth/login-form";
import { oidcName } from "@/lib/auth/oidc";
import { getSession } from "@/lib/auth/session";
import { openDatabase } from "@/lib/ctx";
import { isSetUp } from "@/lib/organizations/setup";

type Search = { next?: string; email?: string; error?: string };

export async function generateMetadata() {
  const t = await getTranslations("auth");
  return { title: t("title") };
}

export default async function LoginPage({ searchParams }: { searchParams: Promise<Search> }) {
  const { next, email, error } = await searchParams;
  if (await getSession()) redirect("/");
  return (
    <LoginForm next={next} email={email} error={error} oidcName={oidcName()} isUnowned={!(await isSetUp(await openDatabase()))} />
  );
}
