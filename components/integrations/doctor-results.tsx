"use client";

import { CircleCheck, CircleX, Info } from "lucide-react";
import { useTranslations } from "next-intl";
import type { ReactNode } from "react";
import { Note } from "@/components/shared/note";
import { useErrorText } from "@/components/shared/use-error-text";
import { Button } from "@/components/ui/button";
import { Link } from "@/components/ui/link";
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
  onTest: () => void;
};

/** What was asked of Meta and what it answered: what is wrong first, each with the one way to mend it; the rest folded. */
export function DoctorResults({ integrationId, checks, isRunning, canFix, onTest }: DoctorResultsProps) {
  const t = useTranslations("integrations.doctor");
  if (isRunning) return <Running label={t("running")} />;
  const unreached = checks.filter(({ code }) => code === "unreachable");
  const wrong = checks.filter((check) => !check.ok && !unreached.includes(check));
  const passed = checks.filter(({ ok }) => ok);
  const hints = passed.filter(({ fix }) => fix);
  const total = checks.length;
  const summary =
    passed.length === total
      ? t("allPassed", { count: total, total })
      : t("someFailed", { count: total - passed.length, passed: passed.length, total });
  const again = (
    <Button size="sm" onClick={onTest}>
      {t("again")}
    </Button>
  );
  return (
    <div className="grid gap-3 text-sm">
      {unreached.length > 0 ? (
        <Note tone="danger" title={t("unreachable.title")} action={canFix ? again : undefined}>
          {t("unreachable.fix")} <span className="break-words text-xs">{unreached[0]?.values?.said}</span>
        </Note>
      ) : null}
      {wrong.length > 0 ? (
        <ul className="grid">
          {wrong.map((check) => (
            <Line
              key={check.name}
              check={check}
              action={canFix ? <Fix integrationId={integrationId} check={check} again={again} /> : null}
            />
          ))}
        </ul>
      ) : null}
      {hints.length > 0 ? (
        <ul className="grid">
          {hints.map((check) => (
            <Line key={check.name} check={check} />
          ))}
        </ul>
      ) : null}
      <details className="group">
        <summary className="flex w-fit cursor-pointer items-center gap-2 font-medium">
          {passed.length === total ? <CircleCheck className="size-4 text-success" aria-hidden /> : null}
          {summary}
          <span className="font-normal text-muted text-xs group-open:hidden">{t("show")}</span>
          <span className="hidden font-normal text-muted text-xs group-open:inline">{t("hide")}</span>
        </summary>
        <ul className="mt-3 grid">
          {checks.map((check) => (
            <Line key={check.name} check={check} />
          ))}
        </ul>
      </details>
    </div>
  );
}

function Line({ check, action }: { check: IntegrationCheck; action?: ReactNode }) {
  const t = useTranslations("integrations.doctor");
  const { name, ok, code, message, fix, values } = check;
  const Icon = ok ? (fix ? Info : CircleCheck) : CircleX;
  const known = code !== undefined && t.has(`codes.${code}` as never);
  const said = known ? t(`codes.${code}` as never, (values ?? {}) as never) : message;
  return (
    <li className="grid grid-cols-[1.25rem_minmax(0,1fr)_auto] items-start gap-x-2.5 gap-y-1 border-b py-2.5 first:pt-0 last:border-0 last:pb-0">
      <Icon
        className={ok ? (fix ? "mt-0.5 size-4 text-warning" : "mt-0.5 size-4 text-success") : "mt-0.5 size-4 text-danger"}
        aria-label={t(ok ? "ok" : "failed")}
        role="img"
      />
      <div className="grid min-w-0 gap-0.5">
        <p className="font-medium">{t(`checks.${name}.title`)}</p>
        <p className="break-words text-muted">{said}</p>
        {known && values?.said ? <p className="break-words text-muted text-xs">{t("metaSays", { said: values.said })}</p> : null}
      </div>
      {action ?? null}
    </li>
  );
}

type FixProps = { integrationId: string; check: IntegrationCheck; again: ReactNode };

/** The one act that helps. */
function Fix({ integrationId, check, again }: FixProps): ReactNode {
  const t = useTranslations("integrations.doctor");
  const edit = (label: string, field: string) => (
    <Button asChild size="sm">
      <Link href={`/integrations/${integrationId}/edit#${field}`}>{label}</Link>
    </Button>
  );
  switch (check.remedy) {
    case "new_token":
      return <NewTokenDialog integrationId={integrationId} trigger={<Button size="sm">{t("newToken")}</Button>} />;
    case "subscribe":
      return <Subscribe integrationId={integrationId} />;
    case "app_secret":
      return edit(t("giveSecret"), "app");
    case "app_id":
      return edit(t("giveAppId"), "app");
    case "correct_ids":
      return edit(t("correct"), "number");
    case "webhook_values":
      return (
        <Button asChild size="sm">
          <Link href={`/integrations/${integrationId}#webhook`}>{t("webhookValues")}</Link>
        </Button>
      );
    case "open_meta":
      return (
        <Button asChild size="sm">
          <a href="https://business.facebook.com/wa/manage/" target="_blank" rel="noreferrer">
            {t("openMeta")}
          </a>
        </Button>
      );
    case "test_again":
      return again;
    default:
      return null;
  }
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
