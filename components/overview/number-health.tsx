"use client";

import { Play } from "lucide-react";
import { useTranslations } from "next-intl";
import { Allowance, Queue } from "@/components/integrations/health";
import { Note } from "@/components/shared/note";
import { StatusBadge } from "@/components/shared/status-badge";
import { useErrorText } from "@/components/shared/use-error-text";
import { useCan } from "@/components/shell/session";
import { Badge } from "@/components/ui/badge";
import { Button } from "@/components/ui/button";
import { Link } from "@/components/ui/link";
import { toast } from "@/components/ui/toast";
import type { Overview } from "@/lib/insights/schema";
import { useResume } from "./queries";

const RING_PX = 72;

/** One number: whether it sends, what waits, how fast it goes, and how many people it may still reach. */
export function NumberHealth({ number }: { number: Overview["integrations"][number] }) {
  const t = useTranslations("integrations");
  return (
    <li className="grid gap-4 border-b p-4 last:border-0">
      <div className="flex flex-wrap items-center gap-x-3 gap-y-1">
        <Link href={`/integrations/${number.integrationId}`} className="font-medium text-base hover:underline">
          {number.name}
        </Link>
        <StatusBadge kind="integration" status={number.status} />
        {number.sandbox ? <Badge>{t("kind.sandbox")}</Badge> : null}
      </div>
      {number.status === "paused" && number.pauseReason ? (
        <Note
          tone="warning"
          title={t(`pauseReason.${number.pauseReason}.title`)}
          action={<Resume integrationId={number.integrationId} />}
        >
          {t(`pauseReason.${number.pauseReason}.fix`)}
        </Note>
      ) : null}
      {number.verifiedAt === null ? (
        <p className="text-muted text-sm">{t("detail.notVerified")}</p>
      ) : (
        <div className="grid gap-5 md:grid-cols-[minmax(0,3fr)_minmax(0,2fr)]">
          <Queue health={number} />
          <Allowance allowance={number.allowance} sizePx={RING_PX} />
        </div>
      )}
    </li>
  );
}

function Resume({ integrationId }: { integrationId: string }) {
  const t = useTranslations("integrations.detail");
  const can = useCan();
  const explain = useErrorText();
  const resume = useResume(integrationId);
  if (!can("integrations:write")) return null;
  return (
    <Button
      size="sm"
      loading={resume.isPending}
      onClick={() =>
        resume.mutate(undefined, {
          onSuccess: () => toast.success(t("resumed")),
          onError: (error) => toast.error(t("notChanged"), { description: explain(error).message }),
        })
      }
    >
      <Play aria-hidden />
      {t("resume")}
    </Button>
  );
}
