"use client";

import { Ban, CircleCheck, ScrollText } from "lucide-react";
import { useTranslations } from "next-intl";
import { EmptyState } from "@/components/shared/empty-state";
import { ErrorNote } from "@/components/shared/error-note";
import { Time } from "@/components/shared/time";
import { Timeline } from "@/components/shared/timeline";
import { Skeleton } from "@/components/ui/skeleton";
import type { ConsentEntry } from "@/lib/contacts/schema";
import { useLedger } from "./queries";

/** Everything the person ever said about being written to, newest first. Nothing in it can be changed. */
export function Ledger({ contactId }: { contactId: string }) {
  const t = useTranslations("contacts.ledger");
  const purposes = useTranslations("status.purpose");
  const { data, error, isPending, refetch } = useLedger(contactId);
  if (error) return <ErrorNote error={error} title={t("failed")} onRetry={() => void refetch()} />;
  if (isPending) return <LedgerSkeleton />;
  if (data.data.length === 0) {
    return <EmptyState icon={ScrollText} title={t("emptyTitle")} description={t("emptyDescription")} className="py-8" />;
  }
  return (
    <>
      <Timeline
        items={data.data.map((entry) => ({
          key: entry.id,
          at: entry.occurredAt,
          title: t(entry.status === "opted_in" ? "optedIn" : "optedOut", { purpose: purposes(entry.purpose) }),
          icon: entry.status === "opted_in" ? CircleCheck : Ban,
          tone: entry.status === "opted_in" ? "success" : "failed",
          detail: <Entry entry={entry} />,
        }))}
      />
      {data.nextCursor ? <p className="mt-2 text-muted text-xs">{t("older", { count: data.data.length })}</p> : null}
    </>
  );
}

const LATE_MS = 60_000;

function Entry({ entry }: { entry: ConsentEntry }) {
  const t = useTranslations("contacts.ledger");
  const late = Date.parse(entry.recordedAt) - Date.parse(entry.occurredAt) > LATE_MS;
  return (
    <div className="grid gap-1 pb-2">
      <p>{t("source", { source: entry.source, by: entry.recordedBy })}</p>
      {entry.evidence ? (
        <p>
          <span className="text-xs">{t("evidence")}</span> <span className="text-foreground">{entry.evidence}</span>
        </p>
      ) : null}
      {entry.wording ? (
        <blockquote className="whitespace-pre-wrap border-border-strong border-l-2 pl-3 text-foreground">
          {entry.wording}
        </blockquote>
      ) : null}
      {late ? (
        <p className="text-xs">
          {t("recordedAt")} <Time at={entry.recordedAt} format="full" />
        </p>
      ) : null}
    </div>
  );
}

function LedgerSkeleton() {
  return (
    <div className="grid gap-4" aria-hidden>
      {[0, 1, 2].map((row) => (
        <div key={row} className="grid grid-cols-[1.25rem_1fr] gap-x-3 gap-y-2">
          <Skeleton className="size-4 rounded-full" />
          <Skeleton className="h-4 w-2/3" />
          <span />
          <Skeleton className="h-3 w-1/2" />
        </div>
      ))}
    </div>
  );
}
