"use client";

import { zodResolver } from "@hookform/resolvers/zod";
import { useTranslations } from "next-intl";
import { useId, useState } from "react";
import { Controller, useForm } from "react-hook-form";
import { z } from "zod";
import { ErrorNote } from "@/components/shared/error-note";
import { useFieldText } from "@/components/shared/use-field-text";
import { Button } from "@/components/ui/button";
import { Dialog, DialogContent } from "@/components/ui/dialog";
import { Field } from "@/components/ui/field";
import { Input } from "@/components/ui/input";
import { NativeSelect } from "@/components/ui/select";
import { applyFieldErrors } from "@/lib/http/client";
import { PERMISSIONS, type Permission } from "@/lib/organizations/permissions";
import { CreateApiToken, type CreatedApiToken } from "@/lib/organizations/schema";
import { useCreateToken } from "./queries";
import { ScopePicker, scopesOf } from "./scope-picker";

const Form = z.object({
  name: CreateApiToken.shape.name,
  scopes: z.array(z.enum(PERMISSIONS)).min(1, "Choose at least one scope"),
  days: z.string(),
});

/** What most programs need: to send, and to look at what became of it. */
const USUAL: Permission[] = [
  "integrations:read",
  "templates:read",
  "contacts:read",
  "contacts:write",
  "messages:read",
  "messages:write",
];
const LIFETIMES = ["30", "90", "365", "never"] as const;

type CreateTokenDialogProps = {
  open: boolean;
  onOpenChange: (open: boolean) => void;
  onCreated: (created: CreatedApiToken) => void;
};

export function CreateTokenDialog({ open, onOpenChange, onCreated }: CreateTokenDialogProps) {
  const t = useTranslations("settings.tokens");
  const common = useTranslations("common");
  const fieldText = useFieldText();
  const formId = useId();
  const create = useCreateToken();
  const [failure, setFailure] = useState<unknown>();
  const { register, control, handleSubmit, setError, reset, formState } = useForm({
    resolver: zodResolver(Form),
    defaultValues: { name: "", scopes: USUAL, days: "90" },
  });
  const { errors, isSubmitting } = formState;

  function show(next: boolean) {
    setFailure(undefined);
    reset();
    onOpenChange(next);
  }

  return (
    <Dialog open={open} onOpenChange={show}>
      <DialogContent
        title={t("create.title")}
        description={t("create.description")}
        footer={
          <>
            <Button onClick={() => show(false)}>{common("cancel")}</Button>
            <Button type="submit" form={formId} variant="primary" loading={isSubmitting}>
              {t("create.action")}
            </Button>
          </>
        }
      >
        <form
          id={formId}
          noValidate
          className="grid gap-4"
          onSubmit={handleSubmit(async ({ name, scopes, days }) => {
            setFailure(undefined);
            try {
              const expiry = days === "never" ? {} : { expiresInDays: Number(days) };
              onCreated(await create.mutateAsync({ name, scopes: scopesOf(scopes), ...expiry }));
              show(false);
            } catch (error) {
              if (!applyFieldErrors(error, setError)) setFailure(error);
            }
          })}
        >
          <Field label={t("create.name")} hint={t("create.nameHint")} error={fieldText(errors.name)}>
            <Input autoComplete="off" autoFocus {...register("name")} />
          </Field>
          <Field label={t("create.expires")} hint={t("create.expiresHint")}>
            <NativeSelect {...register("days")}>
              {LIFETIMES.map((days) => (
                <option key={days} value={days}>
                  {days === "never" ? t("create.never") : t("create.days", { count: Number(days) })}
                </option>
              ))}
            </NativeSelect>
          </Field>
          <fieldset className="grid gap-2">
            <legend className="mb-2 font-medium text-sm">{t("create.scopes")}</legend>
            <Controller
              control={control}
              name="scopes"
              render={({ field }) => <ScopePicker value={field.value} onChange={field.onChange} />}
            />
            {errors.scopes ? (
              <p role="alert" className="text-danger text-xs">
                {fieldText({ type: "custom", message: errors.scopes.message })}
              </p>
            ) : null}
          </fieldset>
          <ErrorNote error={failure} title={t("create.failed")} />
        </form>
      </DialogContent>
    </Dialog>
  );
}
