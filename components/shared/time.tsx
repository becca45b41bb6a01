"use client";

import { useNow as useRequestTime, useTranslations } from "next-intl";
import { useSyncExternalStore } from "react";
import { formatClock, formatDate, formatDateTime, formatDuration, formatRelative, isSameDay } from "@/lib/i18n/format";
import { useZone } from "./use-language";

const TICK_MS = 15_000;

/** One clock for the whole page, so that a hundred rows do not keep a hundred timers. */
let current = 0;
let timer: ReturnType<typeof setInterval> | undefined;
const listeners = new Set<() => void>();

function listen(listener: () => void): () => void {
  listeners.add(listener);
  timer ??= setInterval(tick, TICK_MS);
  return () => {
    listeners.delete(listener);
    if (listeners.size === 0) {
      clearInterval(timer);
      timer = undefined;
      current = 0;
    }
  };
}

function tick(): void {
  current = Date.now();
  for (const listener of listeners) listener();
}

function readClock(): number {
  if (current === 0) current = Date.now();
  return current;
}

/** The present, moving every quarter of a minute; on the server and while hydrating the request's own moment. */
export function useClock(): Date {
  const requested = useRequestTime();
  return new Date(useSyncExternalStore(listen, readClock, () => requested.getTime()));
}

type TimeProps = {
  at: string | Date | null | undefined;
  /** `relative` (default): "3 minutes ago", past a week the date. `short`: the clock today, else the date. */
  format?: "relative" | "short" | "full" | "date" | "clock" | "seconds";
  className?: string;
};

/** A moment in the person's language and the organization's time zone; hovering shows it in full. */
export function Time({ at, format = "relative", className }: TimeProps) {
  const t = useTranslations("shared.time");
  const zone = useZone();
  const now = useClock();
  if (!at) return <span className="text-muted">–</span>;
  const date = new Date(at);
  const full = formatDateTime(date, zone, true);
  const text = {
    relative: () => formatRelative(date, now, zone.language) ?? formatDateTime(date, zone),
    short: () => (isSameDay(date, now, zone) ? formatClock(date, zone) : formatDateTime(date, zone)),
    full: () => formatDateTime(date, zone),
    date: () => formatDate(date, zone),
    clock: () => formatClock(date, zone),
    seconds: () => formatDateTime(date, zone, true),
  }[format]();
  return (
    <time dateTime={date.toISOString()} title={t("zone", { at: full, zone: zone.timeZone })} className={className}>
      {text}
    </time>
  );
}

/** A length of time: "3 min 20 s". */
export function Duration({ ms, className }: { ms: number; className?: string }) {
  const { language } = useZone();
  return <span className={className}>{formatDuration(ms, language)}</span>;
}
