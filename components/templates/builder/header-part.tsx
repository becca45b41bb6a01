"use client";

import { useTranslations } from "next-intl";
import { Button } from "@/components/ui/button";
import { Field } from "@/components/ui/field";
import { Input } from "@/components/ui/input";
import { Select } from "@/components/ui/select";
import { TEMPLATE_LIMITS } from "@/lib/whatsapp/template-rules";
import { Counter } from "./counter";
import { type Draft, HEADER_FORMATS, type HeaderFormat, variablesOf } from "./draft";
import type { Change } from "./editor";
import { useProblem } from "./problems";
import { SampleFile } from "./sample-file";
import { Samples } from "./text-part";

/** What stands above the text: words, a file or a place. */
export function HeaderPart({ draft, change }: { draft: Draft; change: Change }) {
  const t = useTranslations("builder.content");
  const problem = useProblem();
  const { header, layout } = draft;
  const formats = layout === "offer" ? (["NONE", "IMAGE", "VIDEO"] as const) : HEADER_FORMATS;
  const set = (field: string, part: Partial<Draft["header"]>) =>
    change(field, (before) => ({ ...before, header: { ...before.header, ...part } }));
  const hasRoom = header.format === "TEXT" && variablesOf(draft, header.text).length === 0;
  const variable = draft.format === "NAMED" ? "{{name}}" : "{{1}}";

  return (
    <div className="grid gap-3">
      <div className="grid gap-3 sm:grid-cols-[11rem_minmax(0,1fr)]">
        <Field label={t("header")} aside={t("optional")} error={problem("header.format")}>
          <Select
            value={header.format}
            onValueChange={(format) => set("header.format", { format: format as HeaderFormat, sample: "" })}
            options={formats.map((value) => ({ value, label: t(`headers.${value}`) }))}
          />
        </Field>
        {header.format === "TEXT" ? (
          <Field
            label={t("headerText")}
            error={problem("header.text", "header")}
            hint={t("headerHint")}
            aside={<Counter text={header.text} limit={TEMPLATE_LIMITS.header} />}
          >
            <span className="flex gap-2">
              <Input
                name="header.text"
                aria-label={t("headerText")}
                value={header.text}
                onChange={(event) => set("header.text", { text: event.target.value })}
              />
              {hasRoom ? (
                <Button onClick={() => set("header variable", { text: `${header.text}${header.text ? " " : ""}${variable}` })}>
                  {t("addVariable")}
                </Button>
              ) : null}
            </span>
          </Field>
        ) : null}
        {header.format === "IMAGE" || header.format === "VIDEO" || header.format === "DOCUMENT" ? (
          <SampleFile
            format={header.format}
            value={header.sample}
            integrationId={draft.integrationId}
            field="header.example.header_handle"
            onChange={(sample) => set("header.sample", { sample })}
          />
        ) : null}
        {header.format === "LOCATION" ? <p className="self-end pb-1.5 text-muted text-xs">{t("locationHint")}</p> : null}
      </div>
      {header.format === "TEXT" ? (
        <Samples draft={draft} change={change} place="header" field="header" kind="header" text={header.text} />
      ) : null}
    </div>
  );
}
