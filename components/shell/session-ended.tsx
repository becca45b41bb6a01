"use client";

import { useRouter } from "next/navigation";
import { useTranslations } from "next-intl";
import { type SubmitEvent, useId, useState } from "react";
import { type SignInOutcome, signInWithPassword } from "@/components/auth/sign-in";
import { Note } from "@/components/shared/note";
import { Button } from "@/components/ui/button";
import { Dialog, DialogContent } from "@/components/ui/dialog";
import { Field } from "@/components/ui/field";
import { Input } from "@/components/ui/input";
import { PasswordInput } from "@/components/ui/password-input";
import { api } from "@/lib/http/client";
import type { Me } from "@/lib/organizations/schema";
import { checkLine, forgetSignedOut } from "./line";
import { useSession } from "./session";

type Trouble = Exclude<SignInOutcome, "signed_in" | "code">;

/** Over the page, which stays as it is with everything that was written. */
export function SessionEnded({ wasChanging }: { wasChanging: boolean }) {
  const t = useTranslations("shell.sessionEnded");
  const auth = useTranslations("auth");
  const router = useRouter();
  const formId = useId();
  const { user, organization } = useSession();
  const [password, setPassword] = useState("");
  const [code, setCode] = useState<string>();
  const [trouble, setTrouble] = useState<Trouble>();
  const [busy, setBusy] = useState(false);

  async function signIn(event: SubmitEvent) {
    event.preventDefault();
    if (busy || password === "") return;
    setBusy(true);
    setTrouble(undefined);
    const outcome = await signInWithPassword(user.email, password, code);
    if (outcome === "signed_in") await goOn();
    else if (outcome === "code") setCode("");
    else setTrouble(outcome);
    setBusy(false);
  }

  async function goOn() {
    const me = await api.get<Me>("/me").catch(() => undefined);
    // The page shows one organization's things to one person.
    if (me && (me.user?.id !== user.id || me.organization.id !== organization.id)) window.location.assign("/");
    await checkLine();
    router.refresh();
  }

  return (
    <Dialog open onOpenChange={(open) => open || forgetSignedOut()}>
      <DialogContent
        title={t("title")}
        description={t(wasChanging ? "nothingChanged" : "description")}
        footer={
          <>
            <Button
              onClick={() => {
                const { pathname, search } = window.location;
                window.location.assign(`/login?next=${encodeURIComponent(pathname + search)}`);
              }}
            >
              {t("elsewhere")}
            </Button>
            <Button variant="primary" type="submit" form={formId} loading={busy}>
              {auth("signIn")}
            </Button>
          </>
        }
      >
        <form id={formId} onSubmit={signIn} noValidate className="grid gap-4">
          <div aria-live="polite" className="empty:hidden">
            {trouble ? (
              <Note tone={trouble === "throttled" ? "warning" : "danger"} title={auth(`trouble.${trouble}.title`)}>
                {auth(`trouble.${trouble}.description`)}
              </Note>
            ) : null}
          </div>
          <Field label={auth("email")}>
            <Input type="email" autoComplete="username" readOnly value={user.email} />
          </Field>
          <Field label={auth("password")}>
            <PasswordInput
              autoFocus
              autoComplete="current-password"
              value={password}
              onChange={(event) => setPassword(event.target.value)}
            />
          </Field>
          {code === undefined ? null : (
            <Field label={auth("code.label")} hint={auth("code.hint")}>
              <Input
                autoFocus
                autoComplete="one-time-code"
                spellCheck={false}
                className="font-mono tracking-widest"
                maxLength={40}
                value={code}
                onChange={(event) => setCode(event.target.value)}
              />
            </Field>
          )}
        </form>
      </DialogContent>
    </Dialog>
  );
}
