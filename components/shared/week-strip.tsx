"use client";

import { useTranslations } from "next-intl";
import { cn } from "@/components/ui/cn";
import { INTL_LOCALES } from "@/lib/i18n/languages";
import { useZone } from "./use-language";

const WEEKDAYS = ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"] as const;
type Week = Record<(typeof WEEKDAYS)[number], readonly { from: string; to: string }[]>;

const DAY_MINUTES = 24 * 60;
/** 5 January 1970 was a Monday. */
const FIRST_MONDAY_MS = 4 * 86_400_000;

/** Opening hours of a week: a line a day, a block an opening. */
export function WeekStrip({ week, className }: { week: Week; className?: string }) {
  const t = useTranslations("shared.week");
  const { language } = useZone();
  const names = new Intl.DateTimeFormat(INTL_LOCALES[language], { weekday: "short", timeZone: "UTC" });
  return (
    <div className={cn("grid gap-1 text-xs", className)}>
      <ul className="grid grid-cols-[auto_minmax(0,1fr)_auto] gap-x-3 gap-y-1">
        {WEEKDAYS.map((day, index) => {
          const spans = week[day];
          const name = names.format(new Date(FIRST_MONDAY_MS + index * 86_400_000));
          const allDay = spans.length === 1 && spans[0]?.from === "00:00" && spans[0]?.to === "24:00";
          const words = allDay ? t("allDay") : spans.map(({ from, to }) => `${from}–${to}`).join(", ") || t("closed");
          return (
            <li key={day} className="col-span-3 grid grid-cols-subgrid items-center">
              <span className="text-muted">{name}</span>
              <span aria-hidden className="relative h-4 overflow-hidden rounded-sm bg-surface-sunken">
                {[6, 12, 18].map((hour) => (
                  <span key={hour} className="absolute inset-y-0 w-px bg-border" style={{ left: `${(hour / 24) * 100}%` }} />
                ))}
                {blocksOf(week, index).map(({ from, to }) => (
                  <span
                    key={from}
                    className="absolute inset-y-0 rounded-sm bg-accent opacity-80"
                    style={{ left: `${(from / DAY_MINUTES) * 100}%`, right: `${(1 - to / DAY_MINUTES) * 100}%` }}
                  />
                ))}
              </span>
              <span className={cn("max-w-44 tabular-nums max-sm:max-w-20", spans.length === 0 && "text-muted")}>{words}</span>
            </li>
          );
        })}
        <li aria-hidden className="col-span-3 grid grid-cols-subgrid text-muted">
          <span className="relative col-start-2 h-4 tabular-nums">
            {[0, 6, 12, 18, 24].map((hour) => (
              <span
                key={hour}
                className="-translate-x-1/2 absolute first:translate-x-0 last:-translate-x-full"
                style={{ left: `${(hour / 24) * 100}%` }}
              >
                {String(hour).padStart(2, "0")}
              </span>
            ))}
          </span>
        </li>
      </ul>
    </div>
  );
}

/** What is open on a day, with what began the evening before. */
function blocksOf(week: Week, index: number): { from: number; to: number }[] {
  const spansOf = (at: number) =>
    (week[WEEKDAYS[(at + 7) % 7] ?? "monday"] ?? []).map(({ from, to }) => ({ from: minutes(from), to: minutes(to) }));
  const nights = spansOf(index - 1).filter(({ from, to }) => to < from);
  const days = spansOf(index).map(({ from, to }) => ({ from, to: to < from ? DAY_MINUTES : to }));
  return [...nights.map(({ to }) => ({ from: 0, to })), ...days];
}

function minutes(time: string): number {
  const [hours = 0, rest = 0] = time.split(":").map(Number);
  return hours * 60 + rest;
}
