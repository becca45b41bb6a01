"use client";

import { zodResolver } from "@hookform/resolvers/zod";
import { useTranslations } from "next-intl";
import { type ReactNode, useState } from "react";
import { Controller, useForm } from "react-hook-form";
import { z } from "zod";
import { ErrorNote } from "@/components/shared/error-note";
import { UnsavedGuard } from "@/components/shared/unsaved";
import { useFieldText } from "@/components/shared/use-field-text";
import { Button } from "@/components/ui/button";
import { CheckboxField } from "@/components/ui/choice";
import { Field } from "@/components/ui/field";
import { Input } from "@/components/ui/input";
import { RadioCard, RadioGroup } from "@/components/ui/radio";
import { applyFieldErrors } from "@/lib/http/client";
import { type CreateIntegration, type Integration, UpdateIntegration } from "@/lib/integrations/schema";
import { useCreateIntegration, useUpdateIntegration, withFlatPaths } from "./queries";

const { name, apiKey, endpointUrl, businessAccountId, appId, appSecret, webhookVerifyToken } = UpdateIntegration.shape;
const EditForm = z.object({
  name,
  apiKey,
  endpointUrl,
  phoneNumberId: businessAccountId,
  businessAccountId,
  appId,
  appSecret,
  webhookVerifyToken,
  isDefault: z.boolean(),
});
const MetaForm = EditForm.required({ apiKey: true, phoneNumberId: true, businessAccountId: true });
type Values = z.infer<typeof EditForm>;

/** The stand-in takes any token; Meta is never asked with it. */
const SANDBOX_TOKEN = "any-token-does-for-the-sandbox";

type IntegrationFormProps = {
  /** The one to change; without it a new one is connected. */
  integration?: Integration;
  /** Fixed from outside when the choice was made before. */
  kind?: "sandbox" | "meta";
  /** The new one becomes the default: the one before has never worked. */
  asDefault?: boolean;
  onDone: (integration: Integration) => void | Promise<void>;
  onCancel?: () => void;
};

/** Connects a number, or changes how it is connected. */
export function IntegrationForm({ integration, kind: fixedKind, asDefault = false, onDone, onCancel }: IntegrationFormProps) {
  const t = useTranslations("integrations.form");
  const common = useTranslations("common");
  const fieldText = useFieldText();
  const create = useCreateIntegration();
  const update = useUpdateIntegration(integration?.id ?? "");
  const [chosenKind, setKind] = useState<"sandbox" | "meta">("sandbox");
  const [failure, setFailure] = useState<unknown>();
  const kind = integration ? (integration.config.sandbox ? "sandbox" : "meta") : (fixedKind ?? chosenKind);
  const isMeta = kind === "meta";
  const isFixed = Boolean(integration?.verifiedAt);
  const { register, control, handleSubmit, setError, formState } = useForm<Values>({
    resolver: zodResolver(isMeta && !integration ? MetaForm : EditForm),
    defaultValues: {
      name: integration?.name,
      endpointUrl: integration?.endpointUrl,
      phoneNumberId: integration?.config.phoneNumberId,
      businessAccountId: integration?.config.businessAccountId,
      appId: integration?.config.appId ?? undefined,
      isDefault: integration?.isDefault ?? asDefault,
    },
  });
  const { errors, isSubmitting, isSubmitSuccessful, isDirty, dirtyFields } = formState;
  const text = (field: keyof Values) => register(field, { setValueAs: emptyToUndefined });

  async function submit(values: Values) {
    setFailure(undefined);
    try {
      await onDone(
        integration
          ? await update.mutateAsync(changesOf(values, dirtyFields))
          : await create.mutateAsync(
              bodyOf({ ...values, name: values.name ?? t(isMeta ? "name.meta" : "name.sandbox") }, isMeta),
            ),
      );
    } catch (error) {
      if (!applyFieldErrors(withFlatPaths(error), setError)) setFailure(error);
    }
  }

  return (
    <form onSubmit={handleSubmit(submit)} noValidate className="grid gap-6">
      {integration || fixedKind ? null : (
        <Field label={t("kind")}>
          <RadioGroup
            value={kind}
            onValueChange={(value) => setKind(value === "meta" ? "meta" : "sandbox")}
            className="sm:grid-cols-2"
          >
            <RadioCard value="sandbox" label={t("sandbox.label")} hint={t("sandbox.hint")} />
            <RadioCard value="meta" label={t("meta.label")} hint={t("meta.hint")} />
          </RadioGroup>
        </Field>
      )}

      {isMeta ? (
        <>
          <Group title={t("token.title")} description={t("token.description")}>
            <Field
              label={t("apiKey.label")}
              hint={t(integration ? "apiKey.keep" : "apiKey.hint")}
              error={fieldText(errors.apiKey)}
              aside={integration ? common("optional") : undefined}
            >
              <Input className="font-mono" autoComplete="off" spellCheck={false} {...text("apiKey")} />
            </Field>
          </Group>
          <Group id="number" title={t("number.title")} description={t("number.description")}>
            <div className="grid gap-4 sm:grid-cols-2">
              <Field
                label={t("phoneNumberId.label")}
                hint={t(isFixed ? "phoneNumberId.fixed" : "phoneNumberId.hint")}
                error={fieldText(errors.phoneNumberId)}
              >
                <Input
                  className="font-mono"
                  inputMode="numeric"
                  autoComplete="off"
                  disabled={isFixed}
                  {...text("phoneNumberId")}
                />
              </Field>
              <Field
                label={t("businessAccountId.label")}
                hint={t("businessAccountId.hint")}
                error={fieldText(errors.businessAccountId)}
              >
                <Input className="font-mono" inputMode="numeric" autoComplete="off" {...text("businessAccountId")} />
              </Field>
            </div>
          </Group>
          <Group id="app" title={t("app.title")} description={t("app.description")}>
            <div className="grid gap-4 sm:grid-cols-2">
              <Field
                label={t("appSecret.label")}
                hint={t(integration?.hasAppSecret ? "appSecret.keep" : "appSecret.hint")}
                error={errors.appSecret?.type === "too_small" ? t("appSecret.short") : fieldText(errors.appSecret)}
                aside={common("optional")}
              >
                <Input type="password" className="font-mono" autoComplete="off" {...text("appSecret")} />
              </Field>
              <Field label={t("appId.label")} hint={t("appId.hint")} error={fieldText(errors.appId)} aside={common("optional")}>
                <Input className="font-mono" inputMode="numeric" autoComplete="off" {...text("appId")} />
              </Field>
            </div>
          </Group>
        </>
      ) : null}

      {fixedKind ? null : (
        <Group title={t("here.title")} description={t("here.description")}>
          <Field
            label={t("name.label")}
            hint={t("name.hint")}
            error={fieldText(errors.name)}
            aside={integration ? undefined : common("optional")}
          >
            <Input placeholder={t(isMeta ? "name.meta" : "name.sandbox")} {...text("name")} />
          </Field>
          {integration ? null : (
            <Controller
              control={control}
              name="isDefault"
              render={({ field }) => (
                <CheckboxField
                  label={t("isDefault.label")}
                  hint={t("isDefault.hint")}
                  checked={field.value}
                  onCheckedChange={field.onChange}
                />
              )}
            />
          )}
        </Group>
      )}

      {isMeta ? (
        <details className="group rounded-lg border px-4 py-3">
          <summary className="w-fit font-medium text-sm">{t("more")}</summary>
          <div className="mt-4 grid gap-4 sm:grid-cols-2">
            <Field
              label={t("endpointUrl.label")}
              hint={t("endpointUrl.hint")}
              error={fieldText(errors.endpointUrl)}
              aside={common("optional")}
            >
              <Input
                className="font-mono"
                placeholder="https://graph.facebook.com/v26.0"
                autoComplete="off"
                {...text("endpointUrl")}
              />
            </Field>
            <Field
              label={t("verifyToken.label")}
              hint={t(integration ? "verifyToken.keep" : "verifyToken.hint")}
              error={fieldText(errors.webhookVerifyToken)}
              aside={common("optional")}
            >
              <Input className="font-mono" autoComplete="off" {...text("webhookVerifyToken")} />
            </Field>
          </div>
        </details>
      ) : null}

      <UnsavedGuard when={isDirty && !isSubmitting && (!isSubmitSuccessful || failure !== undefined)} />
      <ErrorNote error={failure} title={t(integration ? "notSaved" : "notConnected")} />
      <div className="flex flex-wrap justify-end gap-2">
        {onCancel ? <Button onClick={onCancel}>{common("cancel")}</Button> : null}
        <Button type="submit" variant="primary" loading={isSubmitting}>
          {integration ? common("save") : t(isMeta ? "connectMeta" : "connectSandbox")}
        </Button>
      </div>
    </form>
  );
}

function Group({ id, title, description, children }: { id?: string; title: string; description: string; children: ReactNode }) {
  return (
    <fieldset id={id} className="scroll-mt-20 grid gap-4 border-t pt-5 first-of-type:border-0 first-of-type:pt-0">
      <div className="grid gap-0.5">
        <legend className="contents">
          <span className="font-semibold text-base">{title}</span>
        </legend>
        <p className="max-w-reading text-muted text-sm">{description}</p>
      </div>
      {children}
    </fieldset>
  );
}

function emptyToUndefined(value: unknown): unknown {
  return typeof value === "string" && value.trim() === "" ? undefined : value;
}

function bodyOf(values: Values, isMeta: boolean): z.input<typeof CreateIntegration> {
  const base = { provider: "meta", category: "whatsapp", name: values.name, isDefault: values.isDefault || undefined } as const;
  if (!isMeta) return { ...base, apiKey: SANDBOX_TOKEN, config: { sandbox: true } };
  const { apiKey = "", endpointUrl, phoneNumberId, businessAccountId, appId, appSecret, webhookVerifyToken } = values;
  const config = { sandbox: false, phoneNumberId, businessAccountId, appId: appId ?? undefined, appSecret, webhookVerifyToken };
  return { ...base, apiKey, endpointUrl, config };
}

/** Only what the person touched: saving a name must not make the credentials untested. */
function changesOf(values: Values, dirty: Partial<Record<keyof Values, boolean>>): UpdateIntegration {
  const { isDefault: _elsewhere, ...changeable } = values;
  return Object.fromEntries(
    Object.entries(changeable)
      .filter(([field]) => dirty[field as keyof Values])
      .map(([field, value]) => [field, field === "appId" ? (value ?? null) : value]),
  );
}
