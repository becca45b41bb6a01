"use client";

import { type Tone, toneColor } from "@/components/ui/badge";
import { cn } from "@/components/ui/cn";
import { formatNumber, formatShare } from "@/lib/i18n/format";
import { useZone } from "./use-language";

export type FunnelPart = { key: string; label: string; value: number; tone: Tone; href?: string };

/** Parts of one whole as one bar with its legend; parts of zero are left out of the legend, unless all of them are. */
export function FunnelBar({ parts, label, className }: { parts: readonly FunnelPart[]; label: string; className?: string }) {
  const { language } = useZone();
  const total = parts.reduce((sum, part) => sum + part.value, 0);
  return (
    <div className={cn("grid gap-3", className)}>
      <div
        role="img"
        aria-label={`${label}: ${parts.map((part) => `${part.label} ${formatNumber(part.value, language)}`).join(", ")}`}
        className="flex h-3 gap-0.5 overflow-hidden rounded-sm bg-surface-sunken"
      >
        {parts.map((part) =>
          part.value > 0 ? (
            <span
              key={part.key}
              title={`${part.label}: ${formatNumber(part.value, language)}`}
              className="h-full min-w-1 transition-[flex-grow] duration-300"
              style={{ flexGrow: part.value, flexBasis: 0, background: toneColor(part.tone) }}
            />
          ) : null,
        )}
      </div>
      <ul className="flex flex-wrap gap-x-5 gap-y-1.5 text-sm">
        {(total > 0 ? parts.filter(({ value }) => value > 0) : parts).map((part) => (
          <li key={part.key} className="flex items-center gap-1.5">
            <span aria-hidden className="size-2 shrink-0 rounded-[2px]" style={{ background: toneColor(part.tone) }} />
            <span className="text-muted">{part.label}</span>
            <span className="font-medium tabular-nums">{formatNumber(part.value, language)}</span>
            {total > 0 && part.value > 0 ? (
              <span className="text-muted text-xs tabular-nums">{formatShare(part.value, total, language)}</span>
            ) : null}
          </li>
        ))}
      </ul>
    </div>
  );
}
