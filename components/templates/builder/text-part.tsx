"use client";

import { Braces } from "lucide-react";
import { useTranslations } from "next-intl";
import { useRef } from "react";
import { TextMarks } from "@/components/shared/text-marks";
import { Button } from "@/components/ui/button";
import { Field } from "@/components/ui/field";
import { Input } from "@/components/ui/input";
import { Textarea } from "@/components/ui/textarea";
import { Counter } from "./counter";
import { type Draft, sampleKey, variablesOf } from "./draft";
import type { Change } from "./editor";
import { sampleField } from "./places";
import { useProblem } from "./problems";

type BodyFieldProps = {
  draft: Draft;
  change: Change;
  /** `body`, or the id of a card. */
  place: string;
  /** What problems call it: `body`, or `cards.<id>.body`. */
  field: string;
  value: string;
  limit: number;
  label: string;
  hint?: string | undefined;
  isSmall?: boolean;
  onChange: (draft: Draft, text: string) => Draft;
};

/** A text with WhatsApp's marks and variables, and an example for each variable. */
export function BodyField({ draft, change, place, field, value, limit, label, hint, isSmall, onChange }: BodyFieldProps) {
  const t = useTranslations("builder.content");
  const problem = useProblem();
  const area = useRef<HTMLTextAreaElement>(null);

  function write(text: string) {
    change(`${field}.text`, (before) => onChange(before, text));
  }

  function addVariable() {
    const element = area.current;
    if (!element) return;
    const { selectionStart: from, selectionEnd: to } = element;
    const chosen = value.slice(from, to);
    const name = freeName(draft, value);
    const written = `{{${name}}}`;
    const example = chosen.trim();
    change(`${field} variable`, (before) => {
      const next = onChange(before, value.slice(0, from) + written + value.slice(to));
      return example === "" ? next : { ...next, samples: { ...next.samples, [sampleKey(place, name)]: example } };
    });
    requestAnimationFrame(() => {
      element.focus();
      // A name is to be written over at once.
      const [start, end] = draft.format === "NAMED" ? [2, 2 + name.length] : [written.length, written.length];
      element.setSelectionRange(from + start, from + end);
    });
  }

  return (
    <div className="grid gap-3">
      <div className="grid gap-1.5">
        <Field label={label} hint={hint} error={problem(`${field}.text`, field)} aside={<Counter text={value} limit={limit} />}>
          <Textarea
            ref={area}
            name={`${field}.text`}
            className={isSmall ? "max-h-60 min-h-16" : "max-h-96 min-h-32"}
            value={value}
            onChange={(event) => write(event.target.value)}
          />
        </Field>
        <TextMarks area={area} value={value} onChange={write}>
          <Button variant="ghost" size="sm" onClick={addVariable}>
            <Braces aria-hidden />
            {t("addVariable")}
          </Button>
        </TextMarks>
      </div>
      <Samples draft={draft} change={change} place={place} field={field} kind="body" text={value} />
    </div>
  );
}

/** The next name that no variable of the text has. */
function freeName(draft: Draft, text: string): string {
  const names = variablesOf(draft, text);
  if (draft.format === "POSITIONAL") return String(names.length + 1);
  const wanted = "variable";
  for (let number = 1; ; number += 1) {
    const name = number === 1 ? wanted : `${wanted}_${number}`;
    if (!names.includes(name)) return name;
  }
}

type SamplesProps = {
  draft: Draft;
  change: Change;
  place: string;
  field: string;
  kind: "header" | "body";
  text: string;
};

/** What each variable could say; Meta's reviewers read it. */
export function Samples({ draft, change, place, field, kind, text }: SamplesProps) {
  const t = useTranslations("builder.content");
  const problem = useProblem();
  const names = variablesOf(draft, text);
  if (names.length === 0) return null;
  return (
    <fieldset className="grid gap-2 rounded-md bg-surface-sunken p-3">
      <legend className="sr-only">{t("samples")}</legend>
      <p aria-hidden className="text-muted text-xs">
        {t("samples")}
      </p>
      <div className="grid gap-3 sm:grid-cols-2">
        {names.map((name, index) => {
          const at = sampleField(field, kind, index, draft.format);
          const key = sampleKey(place, name);
          return (
            <Field key={name} label={<code className="font-mono text-xs">{`{{${name}}}`}</code>} error={problem(at)}>
              <Input
                name={at}
                autoComplete="off"
                value={draft.samples[key] ?? ""}
                placeholder={t("samplePlaceholder")}
                onChange={(event) => {
                  const { value } = event.target;
                  change(`sample ${key}`, (before) => ({ ...before, samples: { ...before.samples, [key]: value } }));
                }}
              />
            </Field>
          );
        })}
      </div>
    </fieldset>
  );
}
