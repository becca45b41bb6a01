"use client";

import { FileCheck2, Upload } from "lucide-react";
import { useTranslations } from "next-intl";
import { useRef, useState } from "react";
import { useErrorText } from "@/components/shared/use-error-text";
import { Button } from "@/components/ui/button";
import { Field } from "@/components/ui/field";
import { useProblem } from "./problems";
import { keepSample, useSample } from "./samples";

const TYPES = { IMAGE: "image/jpeg,image/png", VIDEO: "video/mp4", DOCUMENT: "application/pdf" } as const;

type SampleFileProps = {
  format: keyof typeof TYPES;
  value: string;
  integrationId: string;
  field: string;
  onChange: (sample: string) => void;
};

/** The file that Meta's reviewers look at; with each message another one may be sent. */
export function SampleFile({ format, value, integrationId, field, onChange }: SampleFileProps) {
  const t = useTranslations("builder.content");
  const problem = useProblem();
  const explain = useErrorText();
  const input = useRef<HTMLInputElement>(null);
  const [isBusy, setBusy] = useState(false);
  const [failure, setFailure] = useState<unknown>();
  const sample = useSample(value);

  async function take(file: File) {
    setBusy(true);
    setFailure(undefined);
    try {
      onChange(await keepSample(file, integrationId));
    } catch (error) {
      setFailure(error);
    } finally {
      setBusy(false);
    }
  }

  return (
    <Field label={t("sampleFile")} hint={t(`sampleTypes.${format}`)} error={failure ? explain(failure).message : problem(field)}>
      <input
        ref={input}
        type="file"
        hidden
        accept={TYPES[format]}
        aria-label={t("chooseFile")}
        onChange={(event) => {
          const [file] = event.target.files ?? [];
          event.target.value = "";
          if (file) void take(file);
        }}
      />
      <span className="flex min-w-0 flex-wrap items-center gap-2">
        <Button name={field} loading={isBusy} onClick={() => input.current?.click()}>
          {isBusy ? null : <Upload aria-hidden />}
          {value ? t("replaceFile") : t("chooseFile")}
        </Button>
        {value && !isBusy ? (
          <span className="flex min-w-0 items-center gap-1.5 text-sm">
            <FileCheck2 aria-hidden className="size-4 shrink-0 text-success" />
            <span className="truncate">{sample?.name ?? t("sampleThere")}</span>
          </span>
        ) : null}
      </span>
    </Field>
  );
}
