"use client";

import { Smartphone } from "lucide-react";
import { useTranslations } from "next-intl";
import { useState } from "react";
import { DoctorResults } from "@/components/integrations/doctor-results";
import { IntegrationForm } from "@/components/integrations/integration-form";
import { useSubscribeIntegration, useTestIntegration } from "@/components/integrations/queries";
import { WebhookValues } from "@/components/integrations/webhook-values";
import { ErrorNote } from "@/components/shared/error-note";
import { StatusBadge } from "@/components/shared/status-badge";
import { Button } from "@/components/ui/button";
import { RadioCard, RadioGroup } from "@/components/ui/radio";
import type { Integration } from "@/lib/integrations/schema";
import { StepCard } from "./setup-frame";

type ConnectStepProps = { integration: Integration | undefined; onContinue: () => void };

/** Connects the sandbox or a real number, and shows what the test found. A choice that does not work can be changed. */
export function ConnectStep({ integration, onContinue }: ConnectStepProps) {
  const [isChoosing, setChoosing] = useState(false);
  const test = useTestIntegration();
  return integration && !isChoosing ? (
    <Connected integration={integration} test={test} onContinue={onContinue} onChange={() => setChoosing(true)} />
  ) : (
    <Choose
      before={integration}
      onBack={() => setChoosing(false)}
      onDone={(id) => {
        test.mutate(id);
        setChoosing(false);
      }}
    />
  );
}

type ChooseProps = { before: Integration | undefined; onBack: () => void; onDone: (id: string) => void };

function Choose({ before, onBack, onDone }: ChooseProps) {
  const t = useTranslations("setup.connect");
  const form = useTranslations("integrations.form");
  const [kind, setKind] = useState<"sandbox" | "meta">("sandbox");
  return (
    <StepCard
      title={t("title")}
      description={t("description")}
      footer={before ? <Button onClick={onBack}>{t("back", { name: before.name })}</Button> : undefined}
    >
      <div className="grid gap-6">
        <RadioGroup
          aria-label={form("kind")}
          value={kind}
          onValueChange={(value) => setKind(value === "meta" ? "meta" : "sandbox")}
          className="sm:grid-cols-2"
        >
          <RadioCard value="sandbox" label={t("sandbox.label")} hint={t("sandbox.hint")} />
          <RadioCard value="meta" label={t("meta.label")} hint={t("meta.hint")} />
        </RadioGroup>
        {kind === "sandbox" ? (
          <div className="flex gap-3 rounded-lg border bg-surface p-4 text-sm">
            <Smartphone className="mt-0.5 size-4 shrink-0 text-accent" aria-hidden />
            <p className="max-w-reading text-muted">{t("sandbox.explained")}</p>
          </div>
        ) : null}
        <IntegrationForm key={kind} kind={kind} asDefault={before !== undefined} onDone={({ id }) => onDone(id)} />
      </div>
    </StepCard>
  );
}

type ConnectedProps = {
  integration: Integration;
  test: ReturnType<typeof useTestIntegration>;
  onContinue: () => void;
  onChange: () => void;
};

function Connected({ integration, test, onContinue, onChange }: ConnectedProps) {
  const t = useTranslations("setup.connect");
  const doctor = useTranslations("integrations.doctor");
  const webhook = useTranslations("integrations.webhook");
  const subscribe = useSubscribeIntegration(integration.id);
  const isVerified = integration.status === "verified";
  const isRunning = test.isPending || subscribe.isPending;
  const state = isRunning ? "testing" : isVerified ? "ready" : "notReady";
  return (
    <StepCard
      title={t(`${state}.title`)}
      description={t(`${state}.description`)}
      footer={
        <>
          {isVerified || isRunning ? null : <Button onClick={onChange}>{t("change")}</Button>}
          <Button loading={isRunning} onClick={() => test.mutate(integration.id)}>
            {doctor("test")}
          </Button>
          <Button variant="primary" disabled={!isVerified || isRunning} onClick={onContinue}>
            {t("continue")}
          </Button>
        </>
      }
    >
      <div className="grid gap-5">
        <div className="flex flex-wrap items-center gap-x-3 gap-y-1">
          <span className="font-medium">{integration.name}</span>
          {isRunning ? null : <StatusBadge kind="integration" status={integration.status} />}
          {integration.phone.displayPhoneNumber ? (
            <span className="text-muted text-sm tabular-nums">{integration.phone.displayPhoneNumber}</span>
          ) : null}
        </div>
        {integration.checks.length > 0 || isRunning ? (
          <DoctorResults
            integrationId={integration.id}
            checks={integration.checks}
            isRunning={isRunning}
            canFix
            onTest={() => test.mutate(integration.id)}
          />
        ) : (
          <p className="text-muted text-sm">{doctor("empty")}</p>
        )}
        <ErrorNote error={test.error} title={doctor("notTested")} />
        {integration.config.sandbox ? null : (
          <div className="grid gap-2 border-t pt-5">
            <h2 className="font-semibold text-base">{webhook("title")}</h2>
            <WebhookValues integration={integration} canReveal />
          </div>
        )}
      </div>
    </StepCard>
  );
}
