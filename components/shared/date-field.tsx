"use client";

import { CalendarDays } from "lucide-react";
import { useTranslations } from "next-intl";
import { useRef, useState } from "react";
import { Button } from "@/components/ui/button";
import { Input } from "@/components/ui/input";
import { readDate, writeDate } from "@/lib/i18n/dates";
import { useZone } from "./use-language";

type DateFieldProps = {
  /** A day of the calendar, `YYYY-MM-DD`; "" when there is none. */
  value: string;
  min?: string;
  max?: string;
  onChange: (day: string) => void;
};

/** A day, written the way of the person's language, which browsers' own fields do not follow; their calendar is one press away. */
export function DateField({ value, min, max, onChange }: DateFieldProps) {
  const t = useTranslations("shared.dateField");
  const { language } = useZone();
  const calendar = useRef<HTMLInputElement>(null);
  const [text, setText] = useState<string | null>(null);
  const example = writeDate("2026-12-31", language);
  const isWrong = text !== null && text.trim() !== "" && readDate(text, language) === null;

  function leave() {
    if (text === null) return;
    const day = text.trim() === "" ? "" : readDate(text, language);
    if (day === null) return;
    setText(null);
    if (day !== value) onChange(day);
  }

  return (
    <span className="relative grid">
      <Input
        inputMode="numeric"
        autoComplete="off"
        placeholder={example}
        className="pr-9 tabular-nums"
        value={text ?? (value ? writeDate(value, language) : "")}
        {...(isWrong ? { "aria-invalid": true, title: t("wrong", { example }) } : {})}
        onChange={(event) => setText(event.target.value)}
        onBlur={leave}
        onKeyDown={(event) => event.key === "Enter" && leave()}
      />
      <Button
        variant="ghost"
        size="icon-sm"
        className="absolute top-1/2 right-0.5 -translate-y-1/2"
        aria-label={t("calendar")}
        title={t("calendar")}
        onClick={() => calendar.current?.showPicker()}
      >
        <CalendarDays aria-hidden />
      </Button>
      <input
        ref={calendar}
        type="date"
        tabIndex={-1}
        aria-hidden
        value={value}
        min={min}
        max={max}
        onChange={(event) => {
          setText(null);
          onChange(event.target.value);
        }}
        className="pointer-events-none absolute right-0 bottom-0 size-0 opacity-0"
      />
    </span>
  );
}
