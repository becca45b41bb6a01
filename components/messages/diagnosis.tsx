"use client";

import { CircleAlert, CircleCheck, CircleHelp, Clock } from "lucide-react";
import { useTranslations } from "next-intl";
import { useState } from "react";
import { ErrorNote } from "@/components/shared/error-note";
import { Time } from "@/components/shared/time";
import { Button } from "@/components/ui/button";
import { cn } from "@/components/ui/cn";
import { Skeleton } from "@/components/ui/skeleton";
import type { DiagnosisCheck } from "@/lib/messages/diagnosis-schema";
import { useDiagnosis } from "./queries";

const LOOKS = {
  passed: { icon: CircleCheck, className: "text-success" },
  failed: { icon: CircleAlert, className: "text-danger" },
  waiting: { icon: Clock, className: "text-muted" },
  unknown: { icon: CircleHelp, className: "text-(--status-unknown)" },
} as const;

/** Asked for by who wants to know: each check, what was found, and when it was so. */
export function MessageDiagnosis({ id }: { id: string }) {
  const t = useTranslations("messages.diagnosis");
  const [isAsked, setAsked] = useState(false);
  const { data, error, isFetching, refetch } = useDiagnosis(id, isAsked);
  return (
    <section aria-labelledby="diagnosis" className="grid gap-3">
      <div className="flex flex-wrap items-center justify-between gap-2">
        <h3 id="diagnosis" className="font-medium text-sm">
          {t("title")}
        </h3>
        <Button size="sm" loading={isFetching} onClick={() => (isAsked ? void refetch() : setAsked(true))}>
          {t("look")}
        </Button>
      </div>
      {!isAsked ? <p className="text-muted text-sm">{t("description")}</p> : null}
      <ErrorNote error={error} title={t("failed")} onRetry={() => void refetch()} />
      {data ? (
        <>
          <ol className="grid rounded-lg border">
            {data.checks.map((check) => (
              <Check key={check.name} check={check} isCause={check.name === data.cause} />
            ))}
          </ol>
          <p className="text-muted text-xs">{t.rich("lookedAt", { at: () => <Time at={data.lookedAt} format="seconds" /> })}</p>
        </>
      ) : isFetching ? (
        <Skeleton className="h-40 w-full" aria-hidden />
      ) : null}
    </section>
  );
}

function Check({ check: { name, outcome, code, at }, isCause }: { check: DiagnosisCheck; isCause: boolean }) {
  const t = useTranslations("messages.diagnosis");
  const { icon: Icon, className } = LOOKS[outcome];
  return (
    <li className={cn("flex items-start gap-2.5 border-b px-3 py-2.5 text-sm last:border-0", isCause && "bg-surface-sunken")}>
      <Icon className={cn("mt-0.5 size-4 shrink-0", className)} aria-hidden />
      <div className="grid min-w-0 flex-1 gap-0.5">
        <p className="flex flex-wrap justify-between gap-x-3">
          <span className={isCause ? "font-semibold" : "font-medium"}>{t(`checks.${name}`)}</span>
          <span className="text-muted text-xs">
            <span className={className}>{t(`outcomes.${outcome}`)}</span> · <Time at={at} format="short" />
          </span>
        </p>
        <p className="text-muted">{t.has(`codes.${code}` as never) ? t(`codes.${code}` as never) : code}</p>
      </div>
    </li>
  );
}
