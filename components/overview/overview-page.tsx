"use client";

import { PenLine } from "lucide-react";
import { useTranslations } from "next-intl";
import { useFailureText } from "@/components/messages/failure-text";
import { ErrorNote } from "@/components/shared/error-note";
import { PageHeader } from "@/components/shared/page-header";
import { RankedBars } from "@/components/shared/ranked-bars";
import { Section } from "@/components/shared/section";
import { useCan } from "@/components/shell/session";
import { Button } from "@/components/ui/button";
import { Link } from "@/components/ui/link";
import type { Overview } from "@/lib/insights/schema";
import { Attention } from "./attention";
import { NumberHealth } from "./number-health";
import { useOverview } from "./queries";
import { Start } from "./start";
import { Today } from "./today";

/** Is it working, what needs me, what happens next. */
export function OverviewPage({ initial, apiUrl }: { initial: Overview; apiUrl: string }) {
  const t = useTranslations("overview");
  const can = useCan();
  const { data: overview = initial, error, refetch } = useOverview(initial);
  const hasNumbers = overview.integrations.length > 0;
  const hasMessages = overview.days.some((day) => day.accepted > 0);
  return (
    <>
      <PageHeader
        title={t("title")}
        description={t("description")}
        actions={
          hasNumbers && can("messages:write") ? (
            <Button asChild variant="primary">
              <Link href="/compose">
                <PenLine aria-hidden />
                {t("send")}
              </Link>
            </Button>
          ) : null
        }
      />
      <ErrorNote error={error} title={t("notUpdated")} onRetry={() => void refetch()} className="mb-5" />
      {hasNumbers && hasMessages ? (
        <div className="grid items-start gap-5 lg:grid-cols-3">
          <div className="grid gap-5 lg:col-span-2">
            <Today overview={overview} />
            <Section title={t("numbers.title")} description={t("numbers.description")} padded={false}>
              <ul>
                {overview.integrations.map((number) => (
                  <NumberHealth key={number.integrationId} number={number} />
                ))}
              </ul>
            </Section>
          </div>
          <div className="grid gap-5 max-lg:-order-1">
            <Attention items={overview.attention} />
            <div className="max-lg:hidden">
              <Failures failures={overview.failures} />
            </div>
          </div>
          <div className="lg:hidden">
            <Failures failures={overview.failures} />
          </div>
        </div>
      ) : (
        <Start integrations={overview.integrations} apiUrl={apiUrl} />
      )}
    </>
  );
}

function Failures({ failures }: { failures: Overview["failures"] }) {
  const t = useTranslations("overview.failures");
  const explain = useFailureText();
  return (
    <Section title={t("title")} description={t("description")}>
      {failures.length === 0 ? (
        <p className="text-muted text-sm">{t("none")}</p>
      ) : (
        <RankedBars
          bars={failures.map((failure) => {
            const { title, action } = explain({ ...failure, details: null });
            return {
              key: `${failure.code} ${failure.reason}`,
              label: title,
              hint: failure.code === null ? action : `${action} ${t("code", { code: failure.code })}`,
              value: failure.count,
            };
          })}
        />
      )}
    </Section>
  );
}
