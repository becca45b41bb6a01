"use client";

import { zodResolver } from "@hookform/resolvers/zod";
import { useTranslations } from "next-intl";
import { useState } from "react";
import { useForm } from "react-hook-form";
import { z } from "zod";
import { ErrorNote } from "@/components/shared/error-note";
import { useFieldText } from "@/components/shared/use-field-text";
import { Button } from "@/components/ui/button";
import { Field } from "@/components/ui/field";
import { Input } from "@/components/ui/input";
import { PasswordInput } from "@/components/ui/password-input";
import { ApiError, api, applyFieldErrors } from "@/lib/http/client";
import { type LinkPreview, Password, type UsedLink } from "@/lib/organizations/schema";
import { AuthCard } from "./auth-card";
import { signInWithPassword } from "./sign-in";

const NewPerson = z.object({ name: z.string().trim().min(1, "Give your name").max(120), password: Password });
const NewPassword = z.object({ name: z.string(), password: Password });
const PresentPassword = z.object({ name: z.string(), password: z.string().min(1) });
const Nothing = z.object({ name: z.string(), password: z.string() });

type LinkFormProps = {
  token: string;
  preview: LinkPreview;
  /** The person of the link is signed in here: nothing is left to prove. */
  isSignedIn: boolean;
};

/** Uses a one-time link: joins an organization, or chooses a new password; then opens the console. */
export function LinkForm({ token, preview, isSignedIn }: LinkFormProps) {
  const t = useTranslations("auth");
  const roles = useTranslations("shell.roles");
  const fieldText = useFieldText();
  const [failure, setFailure] = useState<unknown>();
  const [leaving, setLeaving] = useState(false);
  const { kind, email, role } = preview;
  const organization = preview.organizationName ?? "";
  const isJoining = kind === "invitation";
  const [hasAccount, setHasAccount] = useState(false);
  const isNew = isJoining && !isSignedIn && !hasAccount;
  const asksPassword = !isJoining || isNew || !isSignedIn;
  const choosesPassword = !isJoining || isNew;
  const shape = isNew ? NewPerson : choosesPassword ? NewPassword : isSignedIn ? Nothing : PresentPassword;
  const { register, handleSubmit, setError, clearErrors, setValue, formState } = useForm({
    resolver: zodResolver(shape),
    defaultValues: { name: "", password: "" },
  });
  const { errors, isSubmitting } = formState;

  async function submit({ name, password }: { name: string; password: string }) {
    setFailure(undefined);
    try {
      const used = await api.post<UsedLink>("/links", {
        body: { token, ...(isNew ? { name } : {}), ...(asksPassword ? { password } : {}) },
      });
      setLeaving(true);
      await enter(used, asksPassword ? password : null);
    } catch (error) {
      if (!(error instanceof ApiError)) setFailure(error);
      else if (error.code === "second_factor_required") leaveToSignIn();
      else if (error.code === "unauthorized" && asksPassword) {
        setHasAccount(true);
        setValue("password", "");
        setError("password", {
          type: "server",
          message: isNew ? "This address has an account here already" : "The e-mail address or the password is wrong",
        });
      } else if (!applyFieldErrors(error, setError)) setFailure(error);
    }
  }

  const title = isJoining ? t("link.join", { organization }) : t("link.newPassword");
  const description = isJoining
    ? t(isNew ? "link.joinNew" : isSignedIn ? "link.joinSignedIn" : "link.joinKnown", { email, role: role ? roles(role) : "" })
    : t("link.newPasswordFor", { email });

  return (
    <AuthCard title={title} description={description}>
      <form onSubmit={handleSubmit(submit)} noValidate className="grid gap-4">
        <input type="email" name="email" value={email} autoComplete="username" readOnly hidden />
        {isNew ? (
          <Field label={t("name")} error={fieldText(errors.name)}>
            <Input autoComplete="name" autoFocus {...register("name")} />
          </Field>
        ) : null}
        {asksPassword ? (
          <Field
            label={choosesPassword ? t("link.choosePassword") : t("password")}
            hint={choosesPassword ? t("passwordHint") : undefined}
            error={fieldText(errors.password)}
          >
            <PasswordInput
              autoComplete={choosesPassword ? "new-password" : "current-password"}
              autoFocus={!isNew}
              {...register("password")}
            />
          </Field>
        ) : null}
        {kind === "password" ? <p className="text-muted text-sm">{t("link.signsOut")}</p> : null}
        <ErrorNote error={failure} title={t("link.failed")} />
        {isJoining && !isSignedIn ? (
          <Button
            variant="link"
            className="justify-self-start"
            onClick={() => {
              clearErrors();
              setHasAccount(!hasAccount);
            }}
          >
            {t(hasAccount ? "link.amNew" : "link.haveAccount")}
          </Button>
        ) : null}
        <Button type="submit" variant="primary" size="lg" loading={isSubmitting || leaving}>
          {isJoining ? t("link.joinAction", { organization }) : t("link.savePassword")}
        </Button>
      </form>
    </AuthCard>
  );

  /** A code is good for one thing: the person signs in with it, and joins by their session. */
  function leaveToSignIn() {
    const back = window.location.pathname + window.location.search;
    window.location.assign(`/login?email=${encodeURIComponent(email)}&next=${encodeURIComponent(back)}`);
  }

  async function enter(used: UsedLink, password: string | null): Promise<void> {
    if (password !== null && (await signInWithPassword(used.email, password)) !== "signed_in") {
      window.location.assign(`/login?email=${encodeURIComponent(used.email)}`);
      return;
    }
    if (isJoining && used.organizationId) await api.patch("/me", { body: { organizationId: used.organizationId } });
    window.location.assign("/");
  }
}
