"use client";

import { formatNumber } from "@/lib/i18n/format";
import { useZone } from "./use-language";

/** A figure in the person's language: 1.234,5 in Turkish. */
export function Num({ value, ...options }: { value: number } & Intl.NumberFormatOptions) {
  const { language } = useZone();
  return <span className="tabular-nums">{formatNumber(value, language, options)}</span>;
}
