"use client";

import { useTranslations } from "next-intl";
import { type FormEvent, useState } from "react";
import { CopyButton } from "@/components/shared/copy-button";
import { ErrorNote } from "@/components/shared/error-note";
import { useFieldText } from "@/components/shared/use-field-text";
import { Button } from "@/components/ui/button";
import { Field } from "@/components/ui/field";
import { Input } from "@/components/ui/input";
import { PasswordInput } from "@/components/ui/password-input";
import type { RecoveryCodes, StartedSecondFactor } from "@/lib/auth/schema";
import { api, fieldErrorsOf } from "@/lib/http/client";
import { QrCode } from "./qr-code";
import { RecoveryCodeList } from "./recovery-code-list";

type Step = { name: "password" } | { name: "scan"; started: StartedSecondFactor } | { name: "codes"; codes: string[] };

/** Sets a second factor up: password, picture and first code, recovery codes. */
export function SecondFactorSetup({ email, onDone }: { email: string; onDone: () => void }) {
  const t = useTranslations("auth.secondFactor");
  const fieldText = useFieldText();
  const [step, setStep] = useState<Step>({ name: "password" });
  const [value, setValue] = useState("");
  const [busy, setBusy] = useState(false);
  const [failure, setFailure] = useState<unknown>();
  const [wrong] = Object.values(fieldErrorsOf(failure));

  async function submit(event: FormEvent) {
    event.preventDefault();
    setBusy(true);
    setFailure(undefined);
    try {
      setStep(await nextStep(step, value));
      setValue("");
    } catch (error) {
      setFailure(error);
    }
    setBusy(false);
  }

  if (step.name === "codes") return <RecoveryCodeList codes={step.codes} onKept={onDone} />;
  return (
    <form noValidate className="grid gap-4" onSubmit={submit}>
      {step.name === "password" ? (
        <>
          <input type="email" value={email} autoComplete="username" readOnly hidden />
          <Field label={t("password")} error={fieldText(wrong)}>
            <PasswordInput
              autoFocus
              autoComplete="current-password"
              value={value}
              onChange={(event) => setValue(event.target.value)}
            />
          </Field>
        </>
      ) : (
        <>
          <p className="text-sm">{t("scan")}</p>
          <QrCode text={step.started.uri} label={t("picture")} />
          <div className="grid gap-1 text-muted text-xs">
            {t("byHand")}
            <span className="flex items-center gap-2">
              <code className="min-w-0 flex-1 break-all font-mono text-foreground">{step.started.secret}</code>
              <CopyButton value={step.started.secret} name={t("picture")} />
            </span>
          </div>
          <Field label={t("code")} error={fieldText(wrong)}>
            <Input
              autoFocus
              autoComplete="one-time-code"
              inputMode="numeric"
              maxLength={8}
              className="font-mono tracking-widest"
              value={value}
              onChange={(event) => setValue(event.target.value)}
            />
          </Field>
        </>
      )}
      {wrong ? null : <ErrorNote error={failure} title={t("failed")} />}
      <Button type="submit" variant="primary" size="lg" loading={busy} disabled={value.trim() === ""}>
        {t(step.name === "password" ? "start" : "confirm")}
      </Button>
    </form>
  );
}

async function nextStep(step: Step, value: string): Promise<Step> {
  if (step.name === "password") {
    const started = await api.post<StartedSecondFactor>("/me/second-factor", { body: { currentPassword: value } });
    return { name: "scan", started };
  }
  const { recoveryCodes } = await api.post<RecoveryCodes>("/me/second-factor/confirm", { body: { code: value } });
  return { name: "codes", codes: recoveryCodes };
}
