"use client";

import { CalendarDays } from "lucide-react";
import dynamic from "next/dynamic";
import { useTranslations } from "next-intl";
import { useClock } from "@/components/shared/time";
import { useZone } from "@/components/shared/use-language";
import { Button } from "@/components/ui/button";
import { cn } from "@/components/ui/cn";
import { Field } from "@/components/ui/field";
import { Popover, PopoverClose, PopoverContent, PopoverTrigger } from "@/components/ui/popover";
import { formatDate } from "@/lib/i18n/format";
import { addDays, firstMomentOf, wallTimeAt } from "@/lib/time";

const DateField = dynamic(() => import("@/components/shared/date-field").then((module) => module.DateField), { ssr: false });

type DateRangeProps = {
  /** Days of the calendar, `YYYY-MM-DD`; "" when open. */
  from: string;
  to: string;
  onChange: (name: "from" | "to", day: string) => void;
};

const PRESETS = [
  { key: "today", from: 0, to: 0 },
  { key: "yesterday", from: -1, to: -1 },
  { key: "week", from: -6, to: 0 },
  { key: "month", from: -29, to: 0 },
] as const;

/** From one day to another, by the organization's calendar. */
export function DateRange({ from, to, onChange }: DateRangeProps) {
  const t = useTranslations("messages.dates");
  const { language, timeZone } = useZone();
  const today = wallTimeAt(timeZone, useClock()).date;
  const show = (day: string) => (isDay(day) ? formatDate(new Date(day), { language, timeZone: "UTC" }) : "");
  const preset = PRESETS.find((p) => from === addDays(today, p.from) && to === addDays(today, p.to));
  const chosen = from || to;
  const set = (nextFrom: string, nextTo: string) => {
    onChange("from", nextFrom);
    onChange("to", nextTo);
  };
  return (
    <Popover>
      <PopoverTrigger asChild>
        <Button className={cn("border-dashed", chosen && "border-solid")}>
          <CalendarDays className="text-muted" aria-hidden />
          {chosen ? (
            <span className="text-accent">
              {preset
                ? t(preset.key)
                : from === to
                  ? show(from)
                  : t(from && to ? "between" : from ? "since" : "until", { from: show(from), to: show(to) })}
            </span>
          ) : (
            t("label")
          )}
        </Button>
      </PopoverTrigger>
      <PopoverContent align="end" className="grid w-80 gap-3" aria-label={t("label")}>
        <div className="grid grid-cols-2 gap-2">
          {PRESETS.map((p) => (
            <PopoverClose asChild key={p.key}>
              <Button size="sm" aria-pressed={p === preset} onClick={() => set(addDays(today, p.from), addDays(today, p.to))}>
                {t(p.key)}
              </Button>
            </PopoverClose>
          ))}
        </div>
        <div className="grid grid-cols-2 gap-2">
          <Field label={t("from")}>
            <DateField value={from} max={to || today} onChange={(day) => onChange("from", day)} />
          </Field>
          <Field label={t("to")}>
            <DateField value={to} min={from} max={today} onChange={(day) => onChange("to", day)} />
          </Field>
        </div>
        {chosen ? (
          <PopoverClose asChild>
            <Button size="sm" variant="ghost" onClick={() => set("", "")}>
              {t("any")}
            </Button>
          </PopoverClose>
        ) : null}
      </PopoverContent>
    </Popover>
  );
}

/** The moments between which a message falls on one of the days; days that are none are left out. */
export function dayRange(timeZone: string, from: string | undefined, to: string | undefined): { from: string; to: string } {
  return {
    from: from && isDay(from) ? firstMomentOf(timeZone, from).toISOString() : "",
    to: to && isDay(to) ? new Date(firstMomentOf(timeZone, addDays(to, 1)).getTime() - 1).toISOString() : "",
  };
}

export function isDay(text: string): boolean {
  return /^\d{4}-\d{2}-\d{2}$/.test(text) && !Number.isNaN(Date.parse(text));
}
