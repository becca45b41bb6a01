"use client";

import { useMutation } from "@tanstack/react-query";
import { useTranslations } from "next-intl";
import { useState } from "react";
import { useIntegrations } from "@/components/integrations/queries";
import { LiveUpdates } from "@/components/shell/live-updates";
import { Button } from "@/components/ui/button";
import { Link } from "@/components/ui/link";
import { api } from "@/lib/http/client";
import type { Page } from "@/lib/http/paging";
import type { Integration } from "@/lib/integrations/schema";
import type { CreatedApiToken } from "@/lib/organizations/schema";
import { ApiStep } from "./api-step";
import { ConnectStep } from "./connect-step";
import { MessageStep } from "./message-step";
import { SetupFrame, type Step } from "./setup-frame";

/** Enough for every command of the guide, and no more. */
const GUIDE_SCOPES = ["integrations:*", "templates:*", "contacts:*", "messages:*"];
const GUIDE_DAYS = 90;

type SetupWizardProps = { integrations: Page<Integration>; hasToken: boolean; person: string; apiUrl: string };

/** Everything after the owner. Where one stands is read from what exists, so that a reload goes on where one was. */
export function SetupWizard({ integrations: firstPage, hasToken, person, apiUrl }: SetupWizardProps) {
  const t = useTranslations("setup");
  const query = useIntegrations(firstPage);
  const integrations = query.data?.pages.flatMap((page) => page.data) ?? [];
  const verified = integrations.filter((one) => one.status === "verified");
  // Whatever works goes on; a choice that failed must not hold anybody up.
  const integration =
    verified.find((one) => one.isDefault) ?? verified[0] ?? integrations.find((one) => one.isDefault) ?? integrations[0];
  const isReady = integration?.status === "verified";
  const [step, setStep] = useState<Exclude<Step, "owner">>(!isReady ? "connect" : hasToken ? "api" : "message");
  const makeToken = useMutation({
    mutationFn: () =>
      api.post<CreatedApiToken>("/tokens", {
        body: { name: t("api.tokenName"), scopes: GUIDE_SCOPES, expiresInDays: GUIDE_DAYS },
      }),
  });

  return (
    <SetupFrame
      step={step}
      footer={
        step === "api" ? null : (
          <Button asChild variant="link" size="inline" className="justify-self-center text-muted">
            <Link href="/">{t("skip")}</Link>
          </Button>
        )
      }
    >
      <LiveUpdates />
      {step === "connect" || !integration ? (
        <ConnectStep integration={integration} onContinue={() => setStep("message")} />
      ) : step === "message" ? (
        <MessageStep integration={integration} person={person} onContinue={() => setStep("api")} />
      ) : (
        <ApiStep
          integration={integration}
          token={makeToken.data?.token}
          hasToken={hasToken}
          apiUrl={apiUrl}
          onNewToken={() => makeToken.mutate()}
          isMaking={makeToken.isPending}
          failure={makeToken.error}
        />
      )}
    </SetupFrame>
  );
}
