"use client";

import { useTranslations } from "next-intl";
import { type ReactNode, type SubmitEvent, useRef, useState } from "react";
import { Note } from "@/components/shared/note";
import { Button } from "@/components/ui/button";
import { Field } from "@/components/ui/field";
import { Input } from "@/components/ui/input";
import { PasswordInput } from "@/components/ui/password-input";
import { AuthCard } from "./auth-card";
import { afterSignIn, type SignInOutcome, signInWithOidc, signInWithPassword } from "./sign-in";

type Credentials = { email: string; password: string };
/** What is to be mended, by the key of its sentence. */
type Missing = { email?: "email"; password?: "type_too_small" };

type Trouble = Exclude<SignInOutcome, "signed_in" | "code"> | "denied" | "oidc";

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
  const fields = useTranslations("fields");
  const [trouble, setTrouble] = useState<Trouble | null>(error ? troubleOf(error) : null);
  const [leaving, setLeaving] = useState(false);
  const [missing, setMissing] = useState<Missing>({});
  const [submitting, setSubmitting] = useState(false);
  const emailInput = useRef<HTMLInputElement>(null);
  const passwordInput = useRef<HTMLInputElement>(null);
  /** The password was right, and the account asks for a code too. */
  const [proven, setProven] = useState<Credentials | null>(null);

  async function submit(input: Credentials, code?: string) {
    setTrouble(null);
    const outcome = await signInWithPassword(input.email, input.password, code);
    if (outcome === "signed_in") {
      setLeaving(true);
      window.location.assign(afterSignIn(next));
    } else if (outcome === "code") setProven(input);
    else setTrouble(outcome);
    if (outcome === "wrong") {
      setProven(null);
      if (passwordInput.current) passwordInput.current.value = "";
      passwordInput.current?.focus();
    }
  }

  async function submitForm(event: SubmitEvent) {
    event.preventDefault();
    const [email, password] = [emailInput.current, passwordInput.current];
    if (submitting || !email || !password) return;
    const found: Missing = {};
    if (!email.value || !email.checkValidity()) found.email = "email";
    if (!password.value) found.password = "type_too_small";
    setMissing(found);
    if (found.email) email.focus();
    else if (found.password) password.focus();
    else {
      setSubmitting(true);
      await submit({ email: email.value, password: password.value });
      setSubmitting(false);
    }
  }

  async function leaveForOidc() {
    setTrouble(null);
    setLeaving(true);
    if (await signInWithOidc(afterSignIn(next))) return;
    setLeaving(false);
    setTrouble("oidc");
  }

  const note = trouble ? (
    <Note tone={trouble === "throttled" ? "warning" : "danger"} title={t(`trouble.${trouble}.title`)}>
      {t(`trouble.${trouble}.description`)}
    </Note>
  ) : null;

  if (isUnowned)
    return (
      <AuthCard title={t("unowned.title")}>
        <p className="text-muted text-sm">
          {t.rich("unowned.description", { code: (text) => <code className="font-mono text-xs">{text}</code> })}
        </p>
      </AuthCard>
    );

  if (proven)
    return (
      <CodeStep
        note={note}
        leaving={leaving}
        onCode={(code) => submit(proven, code)}
        onBack={() => {
          setProven(null);
          setTrouble(null);
        }}
      />
    );

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
      <div aria-live="polite" className="empty:hidden">
        {note}
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
      <form onSubmit={submitForm} noValidate className="grid gap-4">
        <Field label={t("email")} error={missing.email && fields(missing.email)}>
          <Input ref={emailInput} type="email" autoComplete="username" autoFocus={!email} defaultValue={email} />
        </Field>
        <Field label={t("password")} error={missing.password && fields(missing.password)}>
          <PasswordInput ref={passwordInput} autoComplete="current-password" autoFocus={Boolean(email)} />
        </Field>
        <Button type="submit" variant="primary" size="lg" loading={submitting || leaving}>
          {t("signIn")}
        </Button>
      </form>
    </AuthCard>
  );
}

type CodeStepProps = { note: ReactNode; leaving: boolean; onCode: (code: string) => Promise<void>; onBack: () => void };

/** Asks for the second factor. Six digits send themselves; a recovery code is sent by the button. */
function CodeStep({ note, leaving, onCode, onBack }: CodeStepProps) {
  const t = useTranslations("auth");
  const [code, setCode] = useState("");
  const [busy, setBusy] = useState(false);

  async function send(given: string) {
    if (busy || given.trim() === "") return;
    setBusy(true);
    await onCode(given);
    setBusy(false);
    setCode("");
  }

  return (
    <AuthCard title={t("code.title")} description={t("code.description")}>
      <div aria-live="polite" className="empty:hidden">
        {note}
      </div>
      <form
        noValidate
        className="grid gap-4"
        onSubmit={(event) => {
          event.preventDefault();
          void send(code);
        }}
      >
        <Field label={t("code.label")} hint={t("code.hint")}>
          <Input
            autoFocus
            autoComplete="one-time-code"
            autoCapitalize="characters"
            spellCheck={false}
            className="font-mono tracking-widest"
            maxLength={40}
            value={code}
            readOnly={busy || leaving}
            onChange={(event) => {
              setCode(event.target.value);
              if (/^\d{6}$/.test(event.target.value.replace(/\s/g, ""))) void send(event.target.value);
            }}
          />
        </Field>
        <Button type="submit" variant="primary" size="lg" loading={busy || leaving}>
          {t("signIn")}
        </Button>
        <Button variant="link" size="inline" className="justify-self-start" onClick={onBack}>
          {t("code.back")}
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
