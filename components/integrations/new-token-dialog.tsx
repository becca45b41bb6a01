"use client";

import { zodResolver } from "@hookform/resolvers/zod";
import { useTranslations } from "next-intl";
import { type ReactNode, useId, useState } from "react";
import { useForm } from "react-hook-form";
import { ErrorNote } from "@/components/shared/error-note";
import { useFieldText } from "@/components/shared/use-field-text";
import { Button } from "@/components/ui/button";
import { Dialog, DialogContent, DialogTrigger } from "@/components/ui/dialog";
import { Field } from "@/components/ui/field";
import { Input } from "@/components/ui/input";
import { toast } from "@/components/ui/toast";
import { applyFieldErrors } from "@/lib/http/client";
import { UpdateIntegration } from "@/lib/integrations/schema";
import { useTestIntegration, useUpdateIntegration } from "./queries";

const NewToken = UpdateIntegration.pick({ apiKey: true }).required();

type NewTokenDialogProps = { integrationId: string } & (
  | { trigger: ReactNode; open?: undefined; onOpenChange?: undefined }
  | { trigger?: undefined; open: boolean; onOpenChange: (open: boolean) => void }
);

/** Replaces the access token and tests at once, so that nothing is sent with one that does not work. */
export function NewTokenDialog({ integrationId, trigger, ...outer }: NewTokenDialogProps) {
  const t = useTranslations("integrations.newToken");
  const common = useTranslations("common");
  const fieldText = useFieldText();
  const formId = useId();
  const [ownOpen, setOwnOpen] = useState(false);
  const [failure, setFailure] = useState<unknown>();
  const update = useUpdateIntegration(integrationId);
  const test = useTestIntegration();
  const { register, handleSubmit, setError, reset, formState } = useForm({
    resolver: zodResolver(NewToken),
    defaultValues: { apiKey: "" },
  });
  const { errors, isSubmitting } = formState;
  const open = outer.open ?? ownOpen;

  function setOpen(next: boolean) {
    setOwnOpen(next);
    outer.onOpenChange?.(next);
    setFailure(undefined);
    reset();
  }

  async function submit({ apiKey }: { apiKey: string }) {
    setFailure(undefined);
    try {
      await update.mutateAsync({ apiKey });
      const report = await test.mutateAsync(integrationId);
      setOpen(false);
      if (report.status === "verified") toast.success(t("verified"));
      else toast.warning(t("saved"), { description: t("notVerified") });
    } catch (error) {
      if (!applyFieldErrors(error, setError)) setFailure(error);
    }
  }

  return (
    <Dialog open={open} onOpenChange={setOpen}>
      {trigger ? <DialogTrigger asChild>{trigger}</DialogTrigger> : null}
      <DialogContent
        title={t("title")}
        description={t("description")}
        footer={
          <>
            <Button onClick={() => setOpen(false)}>{common("cancel")}</Button>
            <Button type="submit" form={formId} variant="primary" loading={isSubmitting}>
              {t("save")}
            </Button>
          </>
        }
      >
        <form id={formId} onSubmit={handleSubmit(submit)} noValidate className="grid gap-4">
          <Field label={t("label")} hint={t("hint")} error={fieldText(errors.apiKey)}>
            <Input className="font-mono" autoComplete="off" spellCheck={false} autoFocus {...register("apiKey")} />
          </Field>
          <ErrorNote error={failure} title={t("notSaved")} />
        </form>
      </DialogContent>
    </Dialog>
  );
}
