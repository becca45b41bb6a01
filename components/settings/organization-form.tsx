"use client";

import { zodResolver } from "@hookform/resolvers/zod";
import { ArrowUp, X } from "lucide-react";
import { useRouter } from "next/navigation";
import { useTranslations } from "next-intl";
import { useState } from "react";
import { Controller, useForm } from "react-hook-form";
import { ErrorNote } from "@/components/shared/error-note";
import { IdChip } from "@/components/shared/id-chip";
import { OvertakenNote } from "@/components/shared/overtaken-note";
import { Section } from "@/components/shared/section";
import { UnsavedGuard } from "@/components/shared/unsaved";
import { useFieldText } from "@/components/shared/use-field-text";
import { useOvertaken } from "@/components/shared/use-overtaken";
import { useCan } from "@/components/shell/session";
import { Button } from "@/components/ui/button";
import { Combobox } from "@/components/ui/combobox";
import { Field } from "@/components/ui/field";
import { Input } from "@/components/ui/input";
import { Select } from "@/components/ui/select";
import { toast } from "@/components/ui/toast";
import { applyFieldErrors } from "@/lib/http/client";
import type { Place } from "@/lib/i18n/places";
import { type Organization, RESEND_RULES, UpdateOrganization } from "@/lib/organizations/schema";
import { useOrganization, useUpdateOrganization } from "./queries";

const Settings = UpdateOrganization.pick({
  name: true,
  timeZone: true,
  country: true,
  languages: true,
  unknownSettleMinutes: true,
  resendUnknown: true,
}).required();

type OrganizationFormProps = { initial: Organization; countries: Place[]; timeZones: Place[]; languages: Place[] };

export function OrganizationForm({ initial, countries, timeZones, languages }: OrganizationFormProps) {
  const t = useTranslations("settings.organization");
  const common = useTranslations("common");
  const router = useRouter();
  const fieldText = useFieldText();
  const canWrite = useCan()("organization:write");
  const { data: organization } = useOrganization(initial);
  const update = useUpdateOrganization();
  const [failure, setFailure] = useState<unknown>();
  const { name, timeZone, country, languages: chosen, unknownSettleMinutes, resendUnknown } = organization;
  const saved = { name, timeZone, country, languages: chosen, unknownSettleMinutes, resendUnknown };
  const { register, control, handleSubmit, setError, reset, formState } = useForm({
    resolver: zodResolver(Settings),
    values: saved,
    resetOptions: { keepDirtyValues: true },
    disabled: !canWrite,
  });
  const { errors, isSubmitting, isDirty } = formState;
  const isOvertaken = useOvertaken(saved, isDirty) && !isSubmitting;

  return (
    <form
      noValidate
      onSubmit={handleSubmit(async (input) => {
        setFailure(undefined);
        try {
          await update.mutateAsync({ ...input, updatedAt: organization.updatedAt });
          reset(input);
          // Its name stands in the frame around the page, too.
          router.refresh();
          toast.success(common("saved"));
        } catch (error) {
          if (!applyFieldErrors(error, setError)) setFailure(error);
        }
      })}
    >
      <UnsavedGuard when={isDirty && !isSubmitting} />
      <Section
        title={t("title")}
        actions={<IdChip id={initial.id} short />}
        className="max-w-3xl"
        footer={
          canWrite ? (
            <>
              <Button disabled={!isDirty || isSubmitting} onClick={() => reset()}>
                {t("discard")}
              </Button>
              <Button type="submit" variant="primary" loading={isSubmitting} disabled={!isDirty}>
                {common("save")}
              </Button>
            </>
          ) : (
            <span className="text-muted text-sm">{t("readOnly")}</span>
          )
        }
      >
        <div className="grid gap-5">
          <Field label={t("name.label")} hint={t("name.hint")} error={fieldText(errors.name)}>
            <Input {...register("name")} />
          </Field>
          <div className="grid gap-5 sm:grid-cols-2">
            <Field label={t("country.label")} hint={t("country.hint")} error={fieldText(errors.country)}>
              <Controller
                control={control}
                name="country"
                render={({ field }) => (
                  <Combobox
                    value={field.value}
                    onValueChange={field.onChange}
                    options={countries}
                    placeholder={t("country.choose")}
                    disabled={!canWrite}
                  />
                )}
              />
            </Field>
            <Field label={t("timeZone.label")} hint={t("timeZone.hint")} error={fieldText(errors.timeZone)}>
              <Controller
                control={control}
                name="timeZone"
                render={({ field }) => (
                  <Combobox
                    value={field.value}
                    onValueChange={field.onChange}
                    options={timeZones}
                    placeholder={t("timeZone.choose")}
                    disabled={!canWrite}
                  />
                )}
              />
            </Field>
          </div>
          <Controller
            control={control}
            name="languages"
            render={({ field }) => (
              <LanguageOrder value={field.value} onChange={field.onChange} options={languages} disabled={!canWrite} />
            )}
          />
          <div className="grid gap-5 sm:grid-cols-2">
            <Field label={t("settle.label")} hint={t("settle.hint")} error={fieldText(errors.unknownSettleMinutes)}>
              <Input type="number" inputMode="numeric" min={1} {...register("unknownSettleMinutes", { valueAsNumber: true })} />
            </Field>
            <Field label={t("resend.label")} hint={t("resend.hint")} error={fieldText(errors.resendUnknown)}>
              <Controller
                control={control}
                name="resendUnknown"
                render={({ field }) => (
                  <Select
                    value={field.value}
                    onValueChange={field.onChange}
                    options={RESEND_RULES.map((value) => ({ value, label: t(`resend.${value}`) }))}
                    disabled={!canWrite}
                  />
                )}
              />
            </Field>
          </div>
          {isOvertaken ? (
            <OvertakenNote onTakeTheirs={() => reset(saved)} />
          ) : (
            <ErrorNote error={failure} title={t("notSaved")} />
          )}
        </div>
      </Section>
    </form>
  );
}

type LanguageOrderProps = { value: string[]; onChange: (value: string[]) => void; options: Place[]; disabled: boolean };

/** The first that a template has is used; so the order matters. */
function LanguageOrder({ value, onChange, options, disabled }: LanguageOrderProps) {
  const t = useTranslations("settings.organization.languages");
  const nameOf = (code: string) => options.find((option) => option.value === code)?.label ?? code;
  const rest = options.filter((option) => !value.includes(option.value));
  return (
    <Field label={t("label")} hint={t("hint")}>
      <div className="grid gap-2">
        <ol className="grid gap-1.5">
          {value.map((code, index) => (
            <li key={code} className="flex h-9 items-center gap-2 rounded-md border bg-surface px-2.5 text-sm">
              <span className="w-4 text-muted text-xs tabular-nums">{index + 1}</span>
              <span className="min-w-0 flex-1 truncate">{nameOf(code)}</span>
              <span className="font-mono text-muted text-xs">{code}</span>
              {disabled ? null : (
                <>
                  <Button
                    variant="ghost"
                    size="icon-sm"
                    aria-label={t("up", { language: nameOf(code) })}
                    disabled={index === 0}
                    onClick={() =>
                      onChange(value.map((one, i) => (i === index - 1 ? code : i === index ? (value[index - 1] ?? code) : one)))
                    }
                  >
                    <ArrowUp aria-hidden />
                  </Button>
                  <Button
                    variant="ghost"
                    size="icon-sm"
                    aria-label={t("remove", { language: nameOf(code) })}
                    disabled={value.length === 1}
                    onClick={() => onChange(value.filter((one) => one !== code))}
                  >
                    <X aria-hidden />
                  </Button>
                </>
              )}
            </li>
          ))}
        </ol>
        {disabled ? null : (
          <Combobox
            onValueChange={(code) => onChange([...value, code])}
            options={rest}
            placeholder={t("add")}
            className="sm:max-w-60"
          />
        )}
      </div>
    </Field>
  );
}
