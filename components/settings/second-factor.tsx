"use client";

import { useQueryClient } from "@tanstack/react-query";
import dynamic from "next/dynamic";
import { useTranslations } from "next-intl";
import { type FormEvent, useId, useState } from "react";
import { ErrorNote } from "@/components/shared/error-note";
import { Section } from "@/components/shared/section";
import { useFieldText } from "@/components/shared/use-field-text";
import { useSession } from "@/components/shell/session";
import { Badge } from "@/components/ui/badge";
import { Button } from "@/components/ui/button";
import { Dialog, DialogContent } from "@/components/ui/dialog";
import { Field } from "@/components/ui/field";
import { Input } from "@/components/ui/input";
import { PasswordInput } from "@/components/ui/password-input";
import { Skeleton } from "@/components/ui/skeleton";
import { toast } from "@/components/ui/toast";
import type { ProveSecondFactor } from "@/lib/auth/schema";
import { ApiError, fieldErrorsOf } from "@/lib/http/client";
import { useMe, useRemoveSecondFactor, useRenewRecoveryCodes } from "./queries";

// The picture's library is only for those who set a second factor up.
const SecondFactorSetup = dynamic(() => import("@/components/auth/second-factor-setup").then((m) => m.SecondFactorSetup));
const RecoveryCodeList = dynamic(() => import("@/components/auth/recovery-code-list").then((m) => m.RecoveryCodeList));

type Open = "setup" | "renew" | "remove" | null;

/** Whether one's sign-in asks for a code, and everything that can be done about it. */
export function SecondFactor() {
  const t = useTranslations("settings.account.secondFactor");
  const queryClient = useQueryClient();
  const { user } = useSession();
  const query = useMe();
  const [open, setOpen] = useState<Open>(null);
  const close = () => {
    setOpen(null);
    void queryClient.invalidateQueries();
  };
  const signIn = query.data?.signIn;
  return (
    <Section
      title={t("title")}
      description={t("description")}
      actions={
        signIn?.secondFactor ? (
          <>
            <Button size="sm" onClick={() => setOpen("renew")}>
              {t("renew.open")}
            </Button>
            <Button size="sm" variant="danger-ghost" onClick={() => setOpen("remove")}>
              {t("remove.open")}
            </Button>
          </>
        ) : signIn?.password ? (
          <Button size="sm" variant="primary" onClick={() => setOpen("setup")}>
            {t("setUp")}
          </Button>
        ) : null
      }
    >
      {query.isPending ? (
        <Skeleton className="h-6 w-64" />
      ) : !signIn ? (
        <ErrorNote error={query.error} title={t("failed")} onRetry={() => void query.refetch()} />
      ) : signIn.secondFactor ? (
        <p className="flex flex-wrap items-center gap-2 text-sm">
          <Badge tone="success">{t("on")}</Badge>
          <span className={signIn.recoveryCodes < 3 ? "text-warning" : "text-muted"}>
            {t("codesLeft", { count: signIn.recoveryCodes })}
          </span>
        </p>
      ) : (
        <p className="text-muted text-sm">{t(signIn.password ? "off" : "provider")}</p>
      )}
      <Dialog open={open !== null} onOpenChange={(isOpen) => isOpen || close()}>
        {open === "setup" ? (
          <DialogContent title={t("setUp")} description={t("setUpDescription")}>
            <SecondFactorSetup
              email={user.email}
              onDone={() => {
                close();
                toast.success(t("done"));
              }}
            />
          </DialogContent>
        ) : open ? (
          <Prove kind={open} onDone={close} />
        ) : null}
      </Dialog>
    </Section>
  );
}

/** Password and code once more, for new recovery codes or to take the factor away. */
function Prove({ kind, onDone }: { kind: "renew" | "remove"; onDone: () => void }) {
  const t = useTranslations("settings.account.secondFactor");
  const common = useTranslations("common");
  const fieldText = useFieldText();
  const formId = useId();
  const renew = useRenewRecoveryCodes();
  const remove = useRemoveSecondFactor();
  const [input, setInput] = useState<ProveSecondFactor>({ currentPassword: "", code: "" });
  const [codes, setCodes] = useState<string[] | null>(null);
  const { error, isPending } = kind === "renew" ? renew : remove;
  const wrong = fieldErrorsOf(error);

  async function submit(event: FormEvent) {
    event.preventDefault();
    try {
      if (kind === "renew") setCodes((await renew.mutateAsync(input)).recoveryCodes);
      else {
        await remove.mutateAsync(input);
        onDone();
        toast.success(t("remove.done"));
      }
    } catch (thrown) {
      if (!(thrown instanceof ApiError)) throw thrown;
    }
  }

  if (codes) {
    return (
      <DialogContent title={t("renew.title")}>
        <RecoveryCodeList codes={codes} onKept={onDone} />
      </DialogContent>
    );
  }
  return (
    <DialogContent
      title={t(`${kind}.title`)}
      description={t(`${kind}.description`)}
      footer={
        <>
          <Button onClick={onDone}>{common("cancel")}</Button>
          <Button type="submit" form={formId} variant={kind === "remove" ? "danger" : "primary"} loading={isPending}>
            {t(`${kind}.action`)}
          </Button>
        </>
      }
    >
      <form id={formId} noValidate className="grid gap-4" onSubmit={submit}>
        <Field label={t("password")} error={fieldText(wrong.currentPassword)}>
          <PasswordInput
            autoFocus
            autoComplete="current-password"
            value={input.currentPassword}
            onChange={(event) => setInput({ ...input, currentPassword: event.target.value })}
          />
        </Field>
        <Field label={t("code")} error={fieldText(wrong.code)}>
          <Input
            autoComplete="one-time-code"
            className="font-mono tracking-widest"
            maxLength={40}
            value={input.code}
            onChange={(event) => setInput({ ...input, code: event.target.value })}
          />
        </Field>
        {Object.keys(wrong).length > 0 ? null : <ErrorNote error={error} />}
      </form>
    </DialogContent>
  );
}
