"use client";

import { useTranslations } from "next-intl";
import { type ReactNode, useRef } from "react";
import { Num } from "@/components/shared/number";
import { TextMarks } from "@/components/shared/text-marks";
import { Button } from "@/components/ui/button";
import { Field } from "@/components/ui/field";
import { Textarea } from "@/components/ui/textarea";
import { cutText, MESSAGE_LIMITS, textLength } from "@/lib/whatsapp/text-length";

const LIMIT = MESSAGE_LIMITS.textBody;

type TextEditorProps = { value: string; onChange: (value: string) => void; extra?: ReactNode };

/** Free text with WhatsApp's marks. */
export function TextEditor({ value, onChange, extra }: TextEditorProps) {
  const t = useTranslations("compose.text");
  const length = textLength(value);
  const area = useRef<HTMLTextAreaElement>(null);

  return (
    <div className="grid gap-1.5">
      <Field
        label={t("label")}
        error={
          length > LIMIT ? (
            <>
              {t("tooLong", { count: length - LIMIT, limit: LIMIT })}{" "}
              <Button variant="link" size="inline" className="text-xs" onClick={() => onChange(cutText(value, LIMIT))}>
                {t("cut")}
              </Button>
            </>
          ) : undefined
        }
        aside={
          <span className="tabular-nums">
            <Num value={length} /> / <Num value={LIMIT} />
          </span>
        }
      >
        <Textarea
          ref={area}
          name="message"
          className="max-h-96 min-h-28"
          placeholder={t("placeholder")}
          value={value}
          onChange={(event) => onChange(event.target.value)}
        />
      </Field>
      <div className="flex gap-1">
        <TextMarks area={area} value={value} onChange={onChange} />
        {extra}
      </div>
    </div>
  );
}
