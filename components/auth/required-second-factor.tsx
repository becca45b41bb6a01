"use client";

import { useTranslations } from "next-intl";
import { signOut } from "@/components/shell/choices";
import { Button } from "@/components/ui/button";
import { AuthCard } from "./auth-card";
import { SecondFactorSetup } from "./second-factor-setup";

/** Stands before everything else while the organization asks for a second factor and the person has none. */
export function RequiredSecondFactor({ organization, email }: { organization: string; email: string }) {
  const t = useTranslations("auth.secondFactor");
  return (
    <AuthCard
      title={t("title")}
      description={t("required", { organization })}
      footer={
        <Button variant="link" size="inline" onClick={() => void signOut()}>
          {t("signOut")}
        </Button>
      }
    >
      <SecondFactorSetup email={email} onDone={() => window.location.assign("/")} />
    </AuthCard>
  );
}
