"use client";

import { zodResolver } from "@hookform/resolvers/zod";
import { useTranslations } from "next-intl";
import { useState } from "react";
import { useForm } from "react-hook-form";
import { z } from "zod";
import { Note } from "@/components/shared/note";
import { useFieldText } from "@/components/shared/use-field-text";
import { Button } from "@/components/ui/button";
import { Field } from "@/components/ui/field";
import { Input } from "@/components/ui/input";
import { AuthCard } from "./auth-card";
import { ownPath, type SignInOutcome, signInWithOidc, signInWithPassword } from "./sign-in";

const Credentials = z.object({ email: z.email("Not an e-mail address"), password: z.string().min(1) });

type Trouble = Exclude<SignInOutcome, "signed_in"> | "denied" | "oidc";

type LoginFormProps = {
  next?: string;
  email?: string;
  /** What next-auth put into the address when the identity provider's way failed. */
  error?: string;
  /** The word on the single sign-on button; null when there is none. */
  oidcName: string | null;
  /** Nobody owns the installation yet: there is nobody to sign in as. */
  isUnowned: boolean;
};

export function LoginForm({ next, email, error, oidcName, isUnowned }: LoginFormProps) {
  const t = useTranslations("auth");
  const fieldText = useFieldText();
  const [trouble, setTrouble] = useState<Trouble | null>(error ? troubleOf(error) : null);
  const [leaving, setLeaving] = useState(false);
  const { register, handleSubmit, setFocus, resetField, formState } = useForm({
    resolver: zodResolver(Credentials),
    defaultValues: { email: email ?? "", password: "" },
  });
  const { errors, isSubmitting } = formState;

  async function submit(input: z.infer<typeof Credentials>) {
    setTrouble(null);
    const outcome = await signInWithPassword(input.email, input.password);
    if (outcome === "signed_in") {
      setLeaving(true);
      window.location.assign(ownPath(next));
      return;
    }
    setTrouble(outcome);
    if (outcome === "wrong") {
      resetField("password");
      setFocus("password");
    }
  }

  async function leaveForOidc() {
    setTrouble(null);
    setLeaving(true);
    if (await signInWithOidc(ownPath(next))) return;
    setLeaving(false);
    setTrouble("oidc");
  }

  return (
    <AuthCard
      title={t("title")}
      description={t("description")}
      footer={
        <details>
          <summary className="w-fit font-medium text-foreground">{t("forgot.question")}</summary>
          <div className="mt-2 grid gap-2">
            <p>{t("forgot.admin")}</p>
            <p>
              {t.rich("forgot.operator", {
                code: (text) => (
                  <code className="rounded-sm bg-surface-sunken px-1 font-mono text-foreground text-xs">{text}</code>
                ),
              })}
            </p>
          </div>
        </details>
      }
    >
      {isUnowned ? (
        <Note title={t("unowned.title")}>
          {t.rich("unowned.description", { code: (text) => <code className="font-mono text-xs">{text}</code> })}
        </Note>
      ) : null}
      <div aria-live="polite" className="empty:hidden">
        {trouble ? (
          <Note tone={trouble === "throttled" ? "warning" : "danger"} title={t(`trouble.${trouble}.title`)}>
            {t(`trouble.${trouble}.description`)}
          </Note>
        ) : null}
      </div>
      {oidcName ? (
        <div className="grid gap-4">
          <Button size="lg" loading={leaving} onClick={leaveForOidc}>
            {t("continueWith", { name: oidcName })}
          </Button>
          <div className="flex items-center gap-3 text-muted text-xs before:h-px before:flex-1 before:bg-border after:h-px after:flex-1 after:bg-border">
            {t("or")}
          </div>
        </div>
      ) : null}
      <form onSubmit={handleSubmit(submit)} noValidate className="grid gap-4">
        <Field label={t("email")} error={fieldText(errors.email)}>
          <Input type="email" autoComplete="username" autoFocus={!email} {...register("email")} />
        </Field>
        <Field label={t("password")} error={fieldText(errors.password)}>
          <Input type="password" autoComplete="current-password" autoFocus={Boolean(email)} {...register("password")} />
        </Field>
        <Button type="submit" variant="primary" size="lg" loading={isSubmitting || leaving}>
          {t("signIn")}
        </Button>
      </form>
    </AuthCard>
  );
}

function troubleOf(error: string): Trouble {
  if (error === "AccessDenied") return "denied";
  if (error === "CredentialsSignin") return "wrong";
  if (error === "too_many_attempts") return "throttled";
  return error === "internal_error" ? "failed" : "oidc";
}
