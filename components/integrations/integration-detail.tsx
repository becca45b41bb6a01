"use client";

import { Ellipsis, KeyRound, Pause, Pencil, Play, Star, Stethoscope, Trash2, Unplug } from "lucide-react";
import { useTranslations } from "next-intl";
import { useState } from "react";
import { EmptyState } from "@/components/shared/empty-state";
import { ErrorNote } from "@/components/shared/error-note";
import { Note } from "@/components/shared/note";
import { PageHeader } from "@/components/shared/page-header";
import { Section } from "@/components/shared/section";
import { StatusBadge } from "@/components/shared/status-badge";
import { Time } from "@/components/shared/time";
import { useErrorText } from "@/components/shared/use-error-text";
import { useCan } from "@/components/shell/session";
import { Badge } from "@/components/ui/badge";
import { Button } from "@/components/ui/button";
import {
  DropdownMenu,
  DropdownMenuContent,
  DropdownMenuItem,
  DropdownMenuSeparator,
  DropdownMenuTrigger,
} from "@/components/ui/dropdown-menu";
import { Link } from "@/components/ui/link";
import { Skeleton } from "@/components/ui/skeleton";
import { toast } from "@/components/ui/toast";
import { ApiError } from "@/lib/http/client";
import type { Integration, UpdateIntegration } from "@/lib/integrations/schema";
import { DoctorResults } from "./doctor-results";
import { Allowance, Queue } from "./health";
import { NewTokenDialog } from "./new-token-dialog";
import { PauseDialog } from "./pause-dialog";
import { PhoneFacts } from "./phone-facts";
import { useIntegration, useIntegrationHealth, useTestIntegration, useUpdateIntegration } from "./queries";
import { RateForm } from "./rate-form";
import { RemoveDialog } from "./remove-dialog";
import { WebhookValues } from "./webhook-values";

export function IntegrationDetail({ initial }: { initial: Integration }) {
  const t = useTranslations("integrations");
  const can = useCan();
  const canWrite = can("integrations:write");
  const { data: integration = initial, error } = useIntegration(initial.id, initial);
  const health = useIntegrationHealth(initial.id);
  const test = useTestIntegration();
  const act = useAct(initial.id);
  const [isGivingToken, setGivingToken] = useState(false);
  const [isRemoving, setRemoving] = useState(false);
  const [isPausing, setPausing] = useState(false);
  const isPaused = integration.status === "paused";
  const hasWorked = integration.verifiedAt !== null;
  if (error instanceof ApiError && error.status === 404) return <Gone />;

  return (
    <>
      <PageHeader
        back={{ href: "/integrations", label: t("title") }}
        title={integration.name}
        description={t(integration.config.sandbox ? "detail.sandbox" : "detail.meta")}
        aside={
          <>
            <StatusBadge kind="integration" status={integration.status} />
            {integration.isDefault ? <Badge>{t("default")}</Badge> : null}
          </>
        }
        actions={
          canWrite ? (
            <>
              <DropdownMenu>
                <DropdownMenuTrigger asChild>
                  <Button size="icon" aria-label={t("detail.more")} className="max-md:order-last max-md:flex-none!">
                    <Ellipsis aria-hidden />
                  </Button>
                </DropdownMenuTrigger>
                <DropdownMenuContent align="end">
                  <DropdownMenuItem asChild>
                    <Link href={`/integrations/${integration.id}/edit`}>
                      <Pencil aria-hidden />
                      {t("detail.edit")}
                    </Link>
                  </DropdownMenuItem>
                  {integration.config.sandbox ? null : (
                    <DropdownMenuItem onSelect={() => setGivingToken(true)}>
                      <KeyRound aria-hidden />
                      {t("newToken.action")}
                    </DropdownMenuItem>
                  )}
                  {integration.isDefault ? null : (
                    <DropdownMenuItem onSelect={() => act({ isDefault: true }, t("detail.madeDefault"))}>
                      <Star aria-hidden />
                      {t("detail.makeDefault")}
                    </DropdownMenuItem>
                  )}
                  <DropdownMenuSeparator />
                  <DropdownMenuItem danger onSelect={() => setRemoving(true)}>
                    <Trash2 aria-hidden />
                    {t("remove.action")}
                  </DropdownMenuItem>
                </DropdownMenuContent>
              </DropdownMenu>
              <Button onClick={() => (isPaused ? act({ paused: false }, t("detail.resumed")) : setPausing(true))}>
                {isPaused ? <Play aria-hidden /> : <Pause aria-hidden />}
                {t(isPaused ? "detail.resume" : "detail.pause")}
              </Button>
              <Button variant="primary" loading={test.isPending} onClick={() => test.mutate(integration.id)}>
                <Stethoscope aria-hidden />
                {t("doctor.test")}
              </Button>
            </>
          ) : null
        }
      />
      <NewTokenDialog integrationId={integration.id} open={isGivingToken} onOpenChange={setGivingToken} />
      <PauseDialog integration={integration} health={health.data} open={isPausing} onOpenChange={setPausing} />
      <RemoveDialog integration={integration} health={health.data} open={isRemoving} onOpenChange={setRemoving} />

      <div className="mb-5 grid gap-3 empty:hidden">
        <ErrorNote error={error} title={t("detail.notUpdated")} />
        {isPaused && integration.pauseReason ? (
          <Note tone="warning" title={t(`pauseReason.${integration.pauseReason}.title`)}>
            {t(`pauseReason.${integration.pauseReason}.fix`)}{" "}
            {integration.pausedAt === null
              ? null
              : integration.pausedBy === null
                ? t.rich("detail.pausedAt", { at: () => <Time at={integration.pausedAt} format="full" /> })
                : t.rich("detail.pausedBy", {
                    name: integration.pausedBy,
                    at: () => <Time at={integration.pausedAt} format="full" />,
                  })}{" "}
            {integration.pauseErrorCode === null ? null : (
              <span className="text-xs">{t("metaCode", { code: integration.pauseErrorCode })}</span>
            )}
          </Note>
        ) : null}
        {integration.warnings.map((warning) => (
          <Note key={warning.code} tone="warning">
            {t.has(`warnings.${warning.code}` as never)
              ? t(`warnings.${warning.code}` as never, { count: integration.refusedSignatures?.count ?? 0 } as never)
              : warning.message}
          </Note>
        ))}
      </div>

      <div className="grid items-start gap-5 lg:grid-cols-[minmax(0,3fr)_minmax(0,2fr)]">
        <div className="grid gap-5">
          <Section title={t("health.title")}>
            {!hasWorked ? (
              <p className="text-muted text-sm">{t("detail.notVerified")}</p>
            ) : health.data ? (
              <Queue health={health.data} />
            ) : health.error ? (
              <ErrorNote error={health.error} title={t("health.failed")} onRetry={() => void health.refetch()} />
            ) : (
              <Skeleton className="h-16 w-full" />
            )}
          </Section>
          <Section
            title={t("doctor.title")}
            description={
              integration.checkedAt
                ? t.rich("doctor.checkedAt", { at: () => <Time at={integration.checkedAt} /> })
                : t("doctor.neverChecked")
            }
          >
            {integration.checks.length > 0 || test.isPending ? (
              <DoctorResults
                integrationId={integration.id}
                checks={integration.checks}
                isRunning={test.isPending}
                canFix={canWrite}
                onTest={() => test.mutate(integration.id)}
              />
            ) : (
              <p className="text-muted text-sm">{t("doctor.empty")}</p>
            )}
            <ErrorNote error={test.error} title={t("doctor.notTested")} className="mt-3" />
          </Section>
          <div id="webhook" className="scroll-mt-20">
            <Section title={t("webhook.title")} description={t("webhook.description")}>
              <WebhookValues integration={integration} canReveal={canWrite} />
            </Section>
          </div>
        </div>
        <div className="grid gap-5">
          {hasWorked ? (
            <Section title={t("allowance.title")}>
              {health.data ? (
                <Allowance allowance={health.data.allowance} />
              ) : health.error ? (
                <p className="text-muted text-sm">{t("health.failed")}</p>
              ) : (
                <Skeleton className="h-24 w-full" />
              )}
            </Section>
          ) : null}
          <Section title={t("facts.title")}>
            <PhoneFacts integration={integration} />
          </Section>
          {hasWorked ? (
            <Section title={t("rate.title")}>
              <RateForm integration={integration} canWrite={canWrite} />
            </Section>
          ) : null}
        </div>
      </div>
    </>
  );
}

/** Somebody deleted it meanwhile, or one came back to it: nothing of it can be used any more. */
function Gone() {
  const t = useTranslations("integrations.gone");
  return (
    <EmptyState
      icon={Unplug}
      title={t("title")}
      description={t("description")}
      action={
        <Button asChild variant="primary">
          <Link href="/integrations">{t("action")}</Link>
        </Button>
      }
    />
  );
}

/** One change from a button: said at once, and taken back with a word when it fails. */
function useAct(id: string) {
  const t = useTranslations("integrations.detail");
  const explain = useErrorText();
  const update = useUpdateIntegration(id);
  return (change: UpdateIntegration, done: string) =>
    update.mutate(change, {
      onSuccess: () => toast.success(done),
      onError: (error) => toast.error(t("notChanged"), { description: explain(error).message }),
    });
}
