"use client";

import { useTranslations } from "next-intl";
import { useZone } from "@/components/shared/use-language";
import { toneColor } from "@/components/ui/badge";
import { formatNumber } from "@/lib/i18n/format";
import { INTL_LOCALES } from "@/lib/i18n/languages";
import type { Overview } from "@/lib/insights/schema";
import { partsOf } from "./parts";

type Day = Overview["days"][number];
/** Two weeks, a bar a day. */
export function DayBars({ days }: { days: readonly Day[] }) {
  const t = useTranslations("overview.days");
  const { language } = useZone();
  const highest = Math.max(1, ...days.map((day) => day.accepted));
  const total = days.reduce((sum, day) => sum + day.accepted, 0);
  const name = new Intl.DateTimeFormat(INTL_LOCALES[language], { day: "numeric", month: "short", timeZone: "UTC" });
  const dayName = (date: string) => name.format(new Date(date));
  return (
    <figure className="grid gap-1.5">
      <figcaption className="flex justify-between text-muted text-xs">
        <span>{t("title")}</span>
        <span className="tabular-nums">{t("highest", { count: formatNumber(highest, language) })}</span>
      </figcaption>
      <div
        role="img"
        aria-label={t("label", {
          total: formatNumber(total, language),
          days: days.map((day) => `${dayName(day.date)} ${formatNumber(day.accepted, language)}`).join(", "),
        })}
        className="grid h-24 auto-cols-fr grid-flow-col items-end gap-1 border-b"
      >
        {days.map((day) => (
          <span
            key={day.date}
            title={`${dayName(day.date)}: ${formatNumber(day.accepted, language)}`}
            className="flex h-full flex-col justify-end rounded-t-sm hover:bg-surface-sunken"
          >
            <span
              className="flex flex-col-reverse gap-px overflow-hidden rounded-t-sm"
              style={{ height: `${(day.accepted / highest) * 100}%` }}
            >
              {partsOf(day).map(({ name: part, tone, value }) =>
                value > 0 ? <span key={part} style={{ flexGrow: value, flexBasis: 0, background: toneColor(tone) }} /> : null,
              )}
            </span>
          </span>
        ))}
      </div>
      <div aria-hidden className="flex justify-between text-muted text-xs tabular-nums">
        <span>{days[0] ? dayName(days[0].date) : null}</span>
        <span>{t("today")}</span>
      </div>
    </figure>
  );
}
