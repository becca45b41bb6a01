"use client";

import { CopyCheck, Plus, X } from "lucide-react";
import { useTranslations } from "next-intl";
import { useState } from "react";
import type { z } from "zod";
import { useFieldText } from "@/components/shared/use-field-text";
import { useZone } from "@/components/shared/use-language";
import { Button } from "@/components/ui/button";
import { Input } from "@/components/ui/input";
import { INTL_LOCALES } from "@/lib/i18n/languages";
import { type BusinessHours, WEEKDAYS } from "@/lib/organizations/schema";

export type Span = { from: string; to: string };
type Week = BusinessHours["week"];

const MOST_SPANS = 6;
/** 5 January 1970 was a Monday. */
const FIRST_MONDAY_MS = 4 * 86_400_000;

type WeekEditorProps = { week: Week; problems: readonly z.core.$ZodIssue[]; disabled: boolean; onChange: (week: Week) => void };

/** A line a day, as many spans as the day has. */
export function WeekEditor({ week, problems, disabled, onChange }: WeekEditorProps) {
  const t = useTranslations("settings.hours");
  const fieldText = useFieldText();
  const { language } = useZone();
  const names = new Intl.DateTimeFormat(INTL_LOCALES[language], { weekday: "long", timeZone: "UTC" });
  return (
    <ul className="grid">
      {WEEKDAYS.map((day, index) => {
        const spans = week[day];
        const name = names.format(new Date(FIRST_MONDAY_MS + index * 86_400_000));
        const problem = problems.find((issue) => issue.path[0] === "week" && issue.path[1] === day);
        const set = (next: Span[]) => onChange({ ...week, [day]: next });
        return (
          <li
            key={day}
            className="grid gap-x-4 gap-y-1.5 border-b py-2.5 first:pt-0 last:border-0 last:pb-0 sm:grid-cols-[6.5rem_minmax(0,1fr)_auto]"
          >
            <span className="pt-1.5 font-medium text-sm">{name}</span>
            <div className="grid gap-1.5">
              {spans.length === 0 ? <span className="pt-1.5 text-muted text-sm">{t("closed")}</span> : null}
              {spans.map((span, spanIndex) => {
                const change = (part: Partial<Span>) => set(spans.map((one, i) => (i === spanIndex ? { ...one, ...part } : one)));
                return (
                  // biome-ignore lint/suspicious/noArrayIndexKey: spans have no identity but their place.
                  <span key={spanIndex} className="flex items-center gap-1.5">
                    <TimeInput
                      label={t("from", { day: name })}
                      value={span.from}
                      disabled={disabled}
                      onChange={(from) => change({ from })}
                    />
                    <span aria-hidden className="text-muted">
                      –
                    </span>
                    <TimeInput
                      label={t("to", { day: name })}
                      value={span.to}
                      disabled={disabled}
                      isEnd
                      onChange={(to) => change({ to })}
                    />
                    {span.to < span.from ? <span className="text-muted text-xs">{t("nextDay")}</span> : null}
                    {disabled ? null : (
                      <Button
                        variant="ghost"
                        size="icon-sm"
                        aria-label={t("removeSpan", { day: name, from: span.from, to: span.to })}
                        onClick={() => set(spans.filter((_, i) => i !== spanIndex))}
                      >
                        <X aria-hidden />
                      </Button>
                    )}
                  </span>
                );
              })}
              {problem ? (
                <p role="alert" className="text-danger text-xs">
                  {fieldText({ type: problem.code ?? "custom", message: problem.message })}
                </p>
              ) : null}
            </div>
            {disabled ? null : (
              <span className="flex items-start gap-1">
                <Button
                  size="sm"
                  variant="ghost"
                  disabled={spans.length >= MOST_SPANS}
                  aria-label={t("addSpanTo", { day: name })}
                  onClick={() => set([...spans, nextSpan(spans)])}
                >
                  <Plus aria-hidden />
                  {t("addSpan")}
                </Button>
                <Button
                  size="icon-sm"
                  variant="ghost"
                  aria-label={t("copyToAll", { day: name })}
                  title={t("copyToAll", { day: name })}
                  onClick={() =>
                    onChange(Object.fromEntries(WEEKDAYS.map((one) => [one, spans.map((span) => ({ ...span }))])) as Week)
                  }
                >
                  <CopyCheck aria-hidden />
                </Button>
              </span>
            )}
          </li>
        );
      })}
    </ul>
  );
}

/** After the last one of the day, so that it does not overlap. */
function nextSpan(spans: readonly Span[]): Span {
  const last = spans.at(-1);
  if (!last) return { from: "09:00", to: "18:00" };
  const start = Math.min(Number(last.to.slice(0, 2)) + 1, 23);
  return { from: `${String(start).padStart(2, "0")}:00`, to: `${String(Math.min(start + 4, 24)).padStart(2, "0")}:00` };
}

type TimeInputProps = { label: string; value: string; disabled: boolean; isEnd?: boolean; onChange: (value: string) => void };

/** Written freely (9, 930, 9:30) and put into form when it is left; browsers' own fields know no 24:00. */
function TimeInput({ label, value, disabled, isEnd, onChange }: TimeInputProps) {
  const [text, setText] = useState<string | null>(null);
  return (
    <Input
      aria-label={label}
      inputMode="numeric"
      autoComplete="off"
      maxLength={5}
      disabled={disabled}
      value={text ?? value}
      onChange={(event) => setText(event.target.value)}
      onBlur={() => {
        if (text !== null) onChange(intoForm(text, isEnd === true));
        setText(null);
      }}
      className="w-18 text-center tabular-nums max-md:w-20"
    />
  );
}

function intoForm(text: string, isEnd: boolean): string {
  const match = /^\s*(\d{1,2})[:.\s]?(\d{2})?\s*$/.exec(text);
  if (!match) return text.trim();
  const time = `${String(match[1]).padStart(2, "0")}:${match[2] ?? "00"}`;
  return isEnd && time === "00:00" ? "24:00" : time;
}
