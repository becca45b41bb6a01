"use client";

import { CircleDot, type LucideIcon } from "lucide-react";
import { useTranslations } from "next-intl";
import type { ReactNode } from "react";
import { type Tone, toneColor } from "@/components/ui/badge";
import { cn } from "@/components/ui/cn";
import { formatDuration } from "@/lib/i18n/format";
import { Time } from "./time";
import { useZone } from "./use-language";

export type TimelineItem = {
  key: string;
  at: string | Date;
  title: ReactNode;
  detail?: ReactNode;
  icon?: LucideIcon;
  tone?: Tone;
};

const SHORTEST_GAP_MS = 100;
const SHORTEST_GAP_PX = 8;
const LONGEST_GAP_PX = 56;

/** Steps one under the other; the longer the wait, the longer the line between, with the wait written on it. */
export function Timeline({ items, className }: { items: readonly TimelineItem[]; className?: string }) {
  const t = useTranslations("shared.timeline");
  const { language } = useZone();
  return (
    <ol className={cn("text-sm", className)}>
      {items.map((item, index) => {
        const Icon = item.icon ?? CircleDot;
        const next = items[index + 1];
        const gapMs = next ? new Date(next.at).getTime() - new Date(item.at).getTime() : 0;
        return (
          <li key={item.key} className="grid grid-cols-[1.25rem_minmax(0,1fr)] gap-x-3">
            <span className="grid size-5 place-items-center" style={{ color: toneColor(item.tone ?? "neutral") }}>
              <Icon className="size-4" aria-hidden />
            </span>
            <div className="flex min-w-0 flex-wrap items-baseline justify-between gap-x-3">
              <span className="font-medium">{item.title}</span>
              <Time at={item.at} format="seconds" className="text-muted text-xs" />
            </div>
            {next || item.detail ? (
              <>
                <span className={cn("mx-auto my-1 w-px", next && "bg-border-strong")} aria-hidden />
                <div className="min-w-0 pb-2">
                  {item.detail ? <div className="break-words text-muted">{item.detail}</div> : null}
                  {next ? (
                    <p className="flex items-center text-muted text-xs" style={{ minHeight: gapHeight(gapMs) }}>
                      {gapMs >= SHORTEST_GAP_MS ? t("gap", { duration: formatDuration(gapMs, language) }) : null}
                    </p>
                  ) : null}
                </div>
              </>
            ) : null}
          </li>
        );
      })}
    </ol>
  );
}

/** From a second to a day on a logarithmic scale: a wait of hours is seen without pushing the rest off the screen. */
function gapHeight(gapMs: number): number {
  const share = Math.min(1, Math.log10(Math.max(1, gapMs / 1000)) / Math.log10(86_400));
  return Math.round(SHORTEST_GAP_PX + share * (LONGEST_GAP_PX - SHORTEST_GAP_PX));
}
