"use client";

import type { ReactNode } from "react";
import { type Tone, toneColor } from "@/components/ui/badge";
import { cn } from "@/components/ui/cn";
import { formatNumber } from "@/lib/i18n/format";
import { useZone } from "./use-language";

type RankedBar = { key: string; label: ReactNode; hint?: ReactNode; value: number };

/** The most frequent first, each with its bar: failures by cause. */
export function RankedBars({
  bars,
  tone = "failed",
  className,
}: {
  bars: readonly RankedBar[];
  tone?: Tone;
  className?: string;
}) {
  const { language } = useZone();
  const highest = Math.max(1, ...bars.map((bar) => bar.value));
  return (
    <ol className={cn("grid gap-3 text-sm", className)}>
      {bars.map((bar) => (
        <li key={bar.key} className="grid gap-1">
          <div className="flex items-baseline justify-between gap-3">
            <span className="min-w-0 break-words">{bar.label}</span>
            <span className="font-medium tabular-nums">{formatNumber(bar.value, language)}</span>
          </div>
          <span aria-hidden className="h-1.5 overflow-hidden rounded-full bg-surface-sunken">
            <span
              className="block h-full rounded-full"
              style={{ width: `${(bar.value / highest) * 100}%`, background: toneColor(tone) }}
            />
          </span>
          {bar.hint ? <span className="text-muted text-xs">{bar.hint}</span> : null}
        </li>
      ))}
    </ol>
  );
}
