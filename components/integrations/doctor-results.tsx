"use client";

import { CircleCheck, CircleX } from "lucide-react";
import Link from "next/link";
import { useLocale, useTranslations } from "next-intl";
import type { ReactNode } from "react";
import { useErrorText } from "@/components/shared/use-error-text";
import { Button } from "@/components/ui/button";
import { Skeleton } from "@/components/ui/skeleton";
import { toast } from "@/components/ui/toast";
import { CHECK_NAMES, type IntegrationCheck } from "@/lib/integrations/schema";
import { NewTokenDialog } from "./new-token-dialog";
import { useSubscribeIntegration } from "./queries";

type DoctorResultsProps = {
  integrationId: string;
  checks: readonly IntegrationCheck[];
  /** A test is running: old results would mislead. */
  isRunning?: boolean;
  canFix: boolean;
};

/** What was asked of Meta and what it answered, one line a check, with the way to mend what is wrong. */
export function DoctorResults({ integrationId, checks, isRunning, canFix }: DoctorResultsProps) {
  const t = useTranslations("integrations.doctor");
  const inEnglish = useLocale() === "en";
  if (isRunning) return <Running label={t("running")} />;
  return (
    <ul className="grid text-sm">
      {checks.map((check) => {
        const Icon = check.ok ? CircleCheck : CircleX;
        const said = inEnglish ? check.message : t(`checks.${check.name}.${check.ok ? "ok" : "bad"}`);
        const fix = check.ok && !check.fix ? null : inEnglish ? check.fix : check.ok ? null : t(`checks.${check.name}.fix`);
        return (
          <li
            key={check.name}
            className="grid grid-cols-[1.25rem_minmax(0,1fr)_auto] items-start gap-x-2.5 gap-y-1 border-b py-2.5 first:pt-0 last:border-0 last:pb-0"
          >
            <Icon
              className={check.ok ? "mt-0.5 size-4 text-success" : "mt-0.5 size-4 text-danger"}
              aria-label={t(check.ok ? "ok" : "failed")}
              role="img"
            />
            <div className="grid min-w-0 gap-0.5">
              <p className="font-medium">{t(`checks.${check.name}.title`)}</p>
              <p className="break-words text-muted">{said}</p>
              {fix ? <p className="break-words">{fix}</p> : null}
              {inEnglish || check.ok ? null : (
                <p lang="en" className="break-words text-muted text-xs">
                  {check.message}
                </p>
              )}
            </div>
            {check.ok || !canFix ? null : <Fix integrationId={integrationId} name={check.name} />}
          </li>
        );
      })}
    </ul>
  );
}

function Fix({ integrationId, name }: { integrationId: string; name: IntegrationCheck["name"] }): ReactNode {
  const t = useTranslations("integrations");
  if (name === "webhook_subscription") return <Subscribe integrationId={integrationId} />;
  if (name === "token")
    return <NewTokenDialog integrationId={integrationId} trigger={<Button size="sm">{t("newToken.action")}</Button>} />;
  return (
    <Button asChild size="sm">
      <Link href={`/integrations/${integrationId}/edit`}>{t(name === "signature" ? "doctor.giveSecret" : "doctor.correct")}</Link>
    </Button>
  );
}

function Subscribe({ integrationId }: { integrationId: string }) {
  const t = useTranslations("integrations.doctor");
  const explain = useErrorText();
  const subscribe = useSubscribeIntegration(integrationId);
  return (
    <Button
      size="sm"
      loading={subscribe.isPending}
      onClick={() =>
        subscribe.mutate(undefined, {
          onSuccess: () => toast.success(t("subscribed")),
          onError: (error) => toast.error(t("notSubscribed"), { description: explain(error).message }),
        })
      }
    >
      {t("subscribe")}
    </Button>
  );
}

function Running({ label }: { label: string }) {
  return (
    <div role="status" aria-label={label} className="grid gap-3">
      {CHECK_NAMES.map((name) => (
        <div key={name} className="flex items-center gap-3">
          <Skeleton className="size-4 rounded-full" />
          <Skeleton className="h-3 w-40" />
          <Skeleton className="h-3 flex-1" />
        </div>
      ))}
    </div>
  );
}
