"use client";

import { Plus, Trash2 } from "lucide-react";
import { useTranslations } from "next-intl";
import { Section } from "@/components/shared/section";
import { Button } from "@/components/ui/button";
import { CheckboxField } from "@/components/ui/choice";
import { Field } from "@/components/ui/field";
import { Input } from "@/components/ui/input";
import { RadioCard, RadioGroup } from "@/components/ui/radio";
import { TEMPLATE_LIMITS } from "@/lib/whatsapp/template-rules";
import { Counter } from "./counter";
import { type Draft, OTP_TYPES } from "./draft";
import type { Change } from "./editor";
import { useProblem } from "./problems";

const MOST_APPS = 5;

/** A one-time code: Meta writes the words, the rest is chosen here. */
export function CodePart({ draft, change }: { draft: Draft; change: Change }) {
  const t = useTranslations("builder.code");
  const problem = useProblem();
  const { code } = draft;
  const set = (field: string, part: Partial<Draft["code"]>) =>
    change(`code.${field}`, (before) => ({ ...before, code: { ...before.code, ...part } }));
  const { min, max } = TEMPLATE_LIMITS.codeExpirationMinutes;
  return (
    <Section title={t("title")} description={t("description")}>
      <div className="grid gap-4">
        <CheckboxField
          label={t("advice")}
          hint={t("adviceHint")}
          checked={code.advice}
          onCheckedChange={(advice) => set("advice", { advice })}
        />
        <Field
          label={t("minutes")}
          hint={t("minutesHint", { min, max })}
          error={problem("footer.code_expiration_minutes")}
          className="max-w-64"
        >
          <Input
            name="footer.code_expiration_minutes"
            inputMode="numeric"
            value={code.minutes}
            onChange={(event) => set("minutes", { minutes: event.target.value.trim() })}
          />
        </Field>
        <Field label={t("how")} error={problem("buttons.0.otp_type")}>
          <RadioGroup
            className="sm:grid-cols-3"
            value={code.otp}
            onValueChange={(otp) => set("otp", { otp: otp as Draft["code"]["otp"] })}
          >
            {OTP_TYPES.map((one) => (
              <RadioCard key={one} value={one} label={t(`types.${one}`)} hint={t(`hints.${one}`)} />
            ))}
          </RadioGroup>
        </Field>
        <div className="grid gap-4 sm:grid-cols-2">
          <Field
            label={t("button")}
            hint={t("buttonHint")}
            error={problem("buttons.0.text")}
            aside={<Counter text={code.text} limit={TEMPLATE_LIMITS.buttonText} />}
          >
            <Input name="buttons.0.text" value={code.text} onChange={(event) => set("text", { text: event.target.value })} />
          </Field>
          {code.otp === "COPY_CODE" ? null : (
            <Field
              label={t("autofill")}
              hint={t("buttonHint")}
              error={problem("buttons.0.autofill_text")}
              aside={<Counter text={code.autofill} limit={TEMPLATE_LIMITS.buttonText} />}
            >
              <Input
                name="buttons.0.autofill_text"
                value={code.autofill}
                onChange={(event) => set("autofill", { autofill: event.target.value })}
              />
            </Field>
          )}
        </div>
        {code.otp === "COPY_CODE" ? null : <Apps apps={code.apps} onChange={(apps) => set("apps", { apps })} />}
        {code.otp === "ZERO_TAP" ? (
          <div className="grid gap-1">
            <CheckboxField
              label={t("terms")}
              hint={t("termsHint")}
              checked={code.accepted}
              onCheckedChange={(accepted) => set("accepted", { accepted })}
            />
            <Told text={problem("buttons.0.zero_tap_terms_accepted")} />
          </div>
        ) : null}
      </div>
    </Section>
  );
}

function Told({ text }: { text: string | undefined }) {
  return text ? <p className="text-danger text-xs">{text}</p> : null;
}

type AppsProps = { apps: Draft["code"]["apps"]; onChange: (apps: Draft["code"]["apps"]) => void };

/** The Android apps that may read the code. */
function Apps({ apps, onChange }: AppsProps) {
  const t = useTranslations("builder.code");
  const problem = useProblem();
  const set = (index: number, part: Partial<AppsProps["apps"][number]>) =>
    onChange(apps.map((app, at) => (at === index ? { ...app, ...part } : app)));
  return (
    <fieldset className="grid gap-3">
      <legend className="mb-1 font-medium text-sm">{t("apps")}</legend>
      {apps.map((app, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: an app has no identity but its place while it is written.
        <div key={index} className="grid items-end gap-2 sm:grid-cols-[minmax(0,1fr)_10rem_auto]">
          <Field label={t("package")}>
            <Input
              name="buttons.0.supported_apps"
              className="font-mono"
              placeholder="com.example.app"
              value={app.package_name}
              onChange={(event) => set(index, { package_name: event.target.value.trim() })}
            />
          </Field>
          <Field label={t("hash")}>
            <Input
              name="buttons.0.supported_apps"
              className="font-mono"
              placeholder="K8a/AINcGX7"
              value={app.signature_hash}
              onChange={(event) => set(index, { signature_hash: event.target.value.trim() })}
            />
          </Field>
          <Button
            variant="ghost"
            size="icon"
            aria-label={t("removeApp", { number: index + 1 })}
            disabled={apps.length === 1}
            onClick={() => onChange(apps.filter((_, at) => at !== index))}
          >
            <Trash2 aria-hidden />
          </Button>
        </div>
      ))}
      <Told text={problem("buttons.0.supported_apps")} />
      <Button
        size="sm"
        className="w-fit"
        disabled={apps.length >= MOST_APPS}
        onClick={() => onChange([...apps, { package_name: "", signature_hash: "" }])}
      >
        <Plus aria-hidden />
        {t("addApp")}
      </Button>
    </fieldset>
  );
}
