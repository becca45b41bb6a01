"use client";

import { useTranslations } from "next-intl";
import type { ReactNode } from "react";
import { cn } from "@/components/ui/cn";
import { formatNumber } from "@/lib/i18n/format";
import { useZone } from "./use-language";

const RADIUS = 42;
const LENGTH = 2 * Math.PI * RADIUS;
const TIGHT_SHARE = 0.8;

type RingProps = {
  used: number;
  /** null: no limit. */
  limit: number | null;
  /** In the middle, instead of the share used. */
  children?: ReactNode;
  sizePx?: number;
  className?: string;
};

/** An allowance: amber from four fifths, red when used up. */
export function Ring({ used, limit, children, sizePx = 96, className }: RingProps) {
  const t = useTranslations("shared.ring");
  const { language } = useZone();
  const share = limit ? Math.min(1, used / limit) : 0;
  const color = share >= 1 ? "var(--danger)" : share >= TIGHT_SHARE ? "var(--warning-fill)" : "var(--accent)";
  const label = t("label", { used: formatNumber(used, language), limit: limit === null ? "∞" : formatNumber(limit, language) });
  return (
    <div className={cn("relative grid shrink-0 place-items-center", className)} style={{ width: sizePx, height: sizePx }}>
      <svg viewBox="0 0 100 100" className="-rotate-90 absolute inset-0" role="img" aria-label={label}>
        <circle cx="50" cy="50" r={RADIUS} fill="none" stroke="var(--surface-sunken)" strokeWidth="9" />
        {share > 0 ? (
          <circle
            cx="50"
            cy="50"
            r={RADIUS}
            fill="none"
            stroke={color}
            strokeWidth="9"
            strokeLinecap="round"
            strokeDasharray={`${Math.max(share * LENGTH, 1)} ${LENGTH}`}
          />
        ) : null}
      </svg>
      <div className="relative text-center font-semibold text-md tabular-nums">
        {children ?? (limit === null ? "∞" : formatNumber(share, language, { style: "percent" }))}
      </div>
    </div>
  );
}
