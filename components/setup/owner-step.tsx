"use client";

import { zodResolver } from "@hookform/resolvers/zod";
import { useLocale, useTranslations } from "next-intl";
import { useEffect, useState } from "react";
import { Controller, useForm } from "react-hook-form";
import type { z } from "zod";
import { signInWithPassword } from "@/components/auth/sign-in";
import { ErrorNote } from "@/components/shared/error-note";
import { Note } from "@/components/shared/note";
import { useFieldText } from "@/components/shared/use-field-text";
import { useChooseLanguage } from "@/components/shell/choices";
import { Button } from "@/components/ui/button";
import { Combobox } from "@/components/ui/combobox";
import { Field } from "@/components/ui/field";
import { Input } from "@/components/ui/input";
import { PasswordInput } from "@/components/ui/password-input";
import { NativeSelect } from "@/components/ui/select";
import { ApiError, api, applyFieldErrors } from "@/lib/http/client";
import { isLanguage, LANGUAGE_NAMES, LANGUAGES } from "@/lib/i18n/languages";
import type { Place } from "@/lib/i18n/places";
import { SetupInput, type SetupResult } from "@/lib/organizations/schema";
import { StepCard } from "./setup-frame";

type OwnerStepProps = { token: string; countries: Place[]; timeZones: Place[] };
type Values = z.input<typeof SetupInput>;

/** Makes the first owner and their organization, signs in, and goes on with the rest of the setup. */
export function OwnerStep({ token, countries, timeZones }: OwnerStepProps) {
  const t = useTranslations("setup.owner");
  const fieldText = useFieldText();
  const language = useLocale();
  const chooseLanguage = useChooseLanguage();
  const [failure, setFailure] = useState<unknown>();
  const [leaving, setLeaving] = useState(false);
  const { register, control, handleSubmit, setError, setValue, formState } = useForm<Values, unknown, SetupInput>({
    resolver: zodResolver(SetupInput),
    defaultValues: { token, name: "", email: "", password: "", organizationName: "", timeZone: "", country: "", language },
  });
  const { errors, isSubmitting } = formState;

  // What the browser knows of the place; only after the first paint, because the server does not know it.
  useEffect(() => {
    const { timeZone } = Intl.DateTimeFormat().resolvedOptions();
    if (timeZones.some((zone) => zone.value === timeZone)) setValue("timeZone", timeZone);
    const region = timeZone === "Europe/Istanbul" ? "TR" : new Intl.Locale(navigator.language).maximize().region;
    if (countries.some((country) => country.value === region)) setValue("country", region);
  }, [setValue, countries, timeZones]);

  async function submit(input: SetupInput) {
    setFailure(undefined);
    try {
      await api.post<SetupResult>("/setup", { body: { ...input, language } });
      setLeaving(true);
      const outcome = await signInWithPassword(input.email, input.password);
      window.location.assign(
        outcome === "signed_in" ? "/setup" : `/login?next=%2Fsetup&email=${encodeURIComponent(input.email)}`,
      );
    } catch (error) {
      if (!applyFieldErrors(error, setError)) setFailure(error);
    }
  }

  const isDead = failure instanceof ApiError && failure.code === "not_found";
  return (
    <form onSubmit={handleSubmit(submit)} noValidate>
      <StepCard
        title={t("title")}
        description={t("description")}
        footer={
          <Button type="submit" variant="primary" size="lg" loading={isSubmitting || leaving}>
            {t("action")}
          </Button>
        }
      >
        <div className="grid gap-6">
          <fieldset className="grid gap-4">
            <legend className="mb-3 font-semibold text-base">{t("you")}</legend>
            <div className="grid gap-4 sm:grid-cols-2">
              <Field label={t("name")} error={fieldText(errors.name)}>
                <Input autoComplete="name" autoFocus {...register("name")} />
              </Field>
              <Field label={t("email")} error={fieldText(errors.email)}>
                <Input type="email" autoComplete="username" {...register("email")} />
              </Field>
            </div>
            <div className="grid gap-4 sm:grid-cols-2">
              <Field label={t("password")} hint={t("passwordHint")} error={fieldText(errors.password)}>
                <PasswordInput autoComplete="new-password" {...register("password")} />
              </Field>
              <Field label={t("language")} hint={t("languageHint")}>
                <NativeSelect
                  value={language}
                  onChange={(event) => isLanguage(event.target.value) && chooseLanguage(event.target.value)}
                >
                  {LANGUAGES.map((code) => (
                    <option key={code} value={code} lang={code}>
                      {LANGUAGE_NAMES[code]}
                    </option>
                  ))}
                </NativeSelect>
              </Field>
            </div>
          </fieldset>
          <fieldset className="grid gap-4">
            <legend className="mb-3 font-semibold text-base">{t("organization")}</legend>
            <Field label={t("organizationName")} error={fieldText(errors.organizationName)}>
              <Input autoComplete="organization" {...register("organizationName")} />
            </Field>
            <div className="grid gap-4 sm:grid-cols-2">
              <Field label={t("country")} hint={t("countryHint")} error={fieldText(errors.country)}>
                <Controller
                  control={control}
                  name="country"
                  render={({ field }) => (
                    <Combobox
                      value={field.value || undefined}
                      onValueChange={field.onChange}
                      options={countries}
                      placeholder={t("chooseCountry")}
                    />
                  )}
                />
              </Field>
              <Field label={t("timeZone")} hint={t("timeZoneHint")} error={fieldText(errors.timeZone)}>
                <Controller
                  control={control}
                  name="timeZone"
                  render={({ field }) => (
                    <Combobox
                      value={field.value || undefined}
                      onValueChange={field.onChange}
                      options={timeZones}
                      placeholder={t("chooseTimeZone")}
                    />
                  )}
                />
              </Field>
            </div>
          </fieldset>
          {isDead ? (
            <Note tone="danger" title={t("dead.title")}>
              {t("dead.description")}
            </Note>
          ) : (
            <ErrorNote error={failure} title={t("failed")} />
          )}
        </div>
      </StepCard>
    </form>
  );
}
