"use client";

import { zodResolver } from "@hookform/resolvers/zod";
import { useTranslations } from "next-intl";
import { type ReactNode, useId, useState } from "react";
import { Controller, useForm } from "react-hook-form";
import { useAddress } from "@/components/shared/address";
import { ErrorNote } from "@/components/shared/error-note";
import { useFieldText } from "@/components/shared/use-field-text";
import { useSession } from "@/components/shell/session";
import { Button } from "@/components/ui/button";
import { Dialog, DialogContent, DialogTrigger } from "@/components/ui/dialog";
import { Field } from "@/components/ui/field";
import { Input } from "@/components/ui/input";
import { Radio, RadioGroup } from "@/components/ui/radio";
import { applyFieldErrors } from "@/lib/http/client";
import { ROLES } from "@/lib/organizations/permissions";
import { CreateInvitation, type Role } from "@/lib/organizations/schema";
import type { ShownLink } from "./one-time-link-dialog";
import { useInvite } from "./queries";

const ADDRESS = ["new"] as const;

export function InviteDialog({ trigger, onInvited }: { trigger: ReactNode; onInvited: (link: ShownLink) => void }) {
  const t = useTranslations("settings.members");
  const common = useTranslations("common");
  const roles = useTranslations("shell.roles");
  const fieldText = useFieldText();
  const formId = useId();
  const { role: mine } = useSession();
  const [{ new: asked }, setAddress] = useAddress(ADDRESS);
  const [failure, setFailure] = useState<unknown>();
  const invite = useInvite();
  const defaultValues: { email: string; role: Role } = { email: "", role: "operator" };
  const { register, control, handleSubmit, setError, reset, formState } = useForm({
    resolver: zodResolver(CreateInvitation),
    defaultValues,
  });
  const { errors, isSubmitting } = formState;

  function show(next: boolean) {
    setAddress({ new: next ? "1" : null });
    setFailure(undefined);
    reset();
  }

  return (
    <Dialog open={asked !== null} onOpenChange={show}>
      <DialogTrigger asChild>{trigger}</DialogTrigger>
      <DialogContent
        title={t("inviting.title")}
        description={t("inviting.description")}
        footer={
          <>
            <Button onClick={() => show(false)}>{common("cancel")}</Button>
            <Button type="submit" form={formId} variant="primary" loading={isSubmitting}>
              {t("inviting.action")}
            </Button>
          </>
        }
      >
        <form
          id={formId}
          noValidate
          className="grid gap-4"
          onSubmit={handleSubmit(async (input) => {
            setFailure(undefined);
            try {
              const { url, expiresAt, email } = await invite.mutateAsync(input);
              show(false);
              onInvited({ url, expiresAt, email, kind: "invitation" });
            } catch (error) {
              if (!applyFieldErrors(error, setError)) setFailure(error);
            }
          })}
        >
          <Field label={t("inviting.email")} error={fieldText(errors.email)}>
            <Input type="email" autoComplete="off" autoFocus {...register("email")} />
          </Field>
          <Field label={t("columns.role")}>
            <Controller
              control={control}
              name="role"
              render={({ field }) => (
                <RadioGroup value={field.value} onValueChange={field.onChange}>
                  {ROLES.filter((role) => role !== "owner" || mine === "owner").map((role) => (
                    <Radio key={role} value={role} label={roles(role)} hint={t(`roleHints.${role}`)} />
                  ))}
                </RadioGroup>
              )}
            />
          </Field>
          <ErrorNote error={failure} title={t("inviting.failed")} />
        </form>
      </DialogContent>
    </Dialog>
  );
}
