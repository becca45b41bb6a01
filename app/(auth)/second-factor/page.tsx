import { redirect } from "next/navigation";
import { getTranslations } from "next-intl/server";
import { RequiredSecondFactor } from "@/components/auth/required-second-factor";
import { getSession } from "@/lib/auth/session";

export async function generateMetadata() {
  const t = await getTranslations("auth.secondFactor");
  return { title: t("title") };
}

export default async function SecondFactorPage() {
  const session = await getSession();
  if (!session) redirect("/login");
  if (!session.lacksSecondFactor) redirect("/");
  return <RequiredSecondFactor organization={session.organization.name} email={session.user.email} />;
}
