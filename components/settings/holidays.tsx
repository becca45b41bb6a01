"use client";

import { Plus, X } from "lucide-react";
import { useTranslations } from "next-intl";
import { useState } from "react";
import { DateField } from "@/components/shared/date-field";
import { useClock } from "@/components/shared/time";
import { useZone } from "@/components/shared/use-language";
import { Button } from "@/components/ui/button";
import { Field } from "@/components/ui/field";
import { Input } from "@/components/ui/input";
import { formatDate } from "@/lib/i18n/format";
import type { BusinessHours } from "@/lib/organizations/schema";
import { wallTimeAt } from "@/lib/time";

type HolidayList = BusinessHours["holidays"];
type HolidaysProps = { holidays: HolidayList; disabled: boolean; onChange: (holidays: HolidayList) => void };

/** Days on which nothing is open, in the order of the calendar. */
export function Holidays({ holidays, disabled, onChange }: HolidaysProps) {
  const t = useTranslations("settings.hours.holidays");
  const { language, timeZone } = useZone();
  const [date, setDate] = useState("");
  const [name, setName] = useState("");
  const today = wallTimeAt(timeZone, useClock()).date;
  const isKnown = holidays.some((holiday) => holiday.date === date);
  const isPast = date !== "" && date < today;

  function add() {
    if (!date || isKnown || isPast) return;
    onChange([...holidays, { date, ...(name.trim() ? { name: name.trim() } : {}) }].sort((a, b) => (a.date < b.date ? -1 : 1)));
    setDate("");
    setName("");
  }

  return (
    <div className="grid gap-4">
      {holidays.length === 0 ? (
        <p className="text-muted text-sm">{t("none")}</p>
      ) : (
        <ul className="grid">
          {holidays.map((holiday) => {
            const shown = formatDate(new Date(holiday.date), { language, timeZone: "UTC" });
            return (
              <li key={holiday.date} className="flex min-h-9 items-center gap-3 border-b text-sm last:border-0">
                <span className="w-28 shrink-0 tabular-nums">{shown}</span>
                <span className="min-w-0 flex-1 truncate text-muted">{holiday.name}</span>
                {disabled ? null : (
                  <Button
                    variant="ghost"
                    size="icon-sm"
                    aria-label={t("remove", { date: shown })}
                    onClick={() => onChange(holidays.filter((one) => one.date !== holiday.date))}
                  >
                    <X aria-hidden />
                  </Button>
                )}
              </li>
            );
          })}
        </ul>
      )}
      {disabled ? null : (
        <div className="grid items-start gap-2 sm:grid-cols-[10rem_minmax(0,1fr)_auto]">
          <Field label={t("date")} error={isKnown ? t("known") : isPast ? t("past") : undefined}>
            <DateField value={date} min={today} onChange={setDate} />
          </Field>
          <Field label={t("name")}>
            <Input
              value={name}
              maxLength={80}
              onChange={(event) => setName(event.target.value)}
              onKeyDown={(event) => {
                if (event.key !== "Enter") return;
                event.preventDefault();
                add();
              }}
            />
          </Field>
          <Button onClick={add} disabled={!date || isKnown || isPast} className="sm:mt-6">
            <Plus aria-hidden />
            {t("add")}
          </Button>
        </div>
      )}
    </div>
  );
}
