"use client";

import { Bold, Code, Italic, type LucideIcon, Strikethrough } from "lucide-react";
import { useTranslations } from "next-intl";
import { useRef } from "react";
import { Num } from "@/components/shared/number";
import { Button } from "@/components/ui/button";
import { Field } from "@/components/ui/field";
import { Textarea } from "@/components/ui/textarea";
import { cutText, MESSAGE_LIMITS, textLength } from "@/lib/whatsapp/text-length";

const LIMIT = MESSAGE_LIMITS.textBody;

const MARKS: { key: "bold" | "italic" | "strike" | "mono"; mark: string; icon: LucideIcon }[] = [
  { key: "bold", mark: "*", icon: Bold },
  { key: "italic", mark: "_", icon: Italic },
  { key: "strike", mark: "~", icon: Strikethrough },
  { key: "mono", mark: "```", icon: Code },
];

/** Free text with WhatsApp's marks. */
export function TextEditor({ value, onChange }: { value: string; onChange: (value: string) => void }) {
  const t = useTranslations("compose.text");
  const length = textLength(value);
  const area = useRef<HTMLTextAreaElement>(null);

  function wrap(mark: string) {
    const element = area.current;
    if (!element) return;
    const { selectionStart: from, selectionEnd: to } = element;
    onChange(value.slice(0, from) + mark + value.slice(from, to) + mark + value.slice(to));
    requestAnimationFrame(() => {
      element.focus();
      element.setSelectionRange(from + mark.length, to + mark.length);
    });
  }

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
      <div role="toolbar" aria-label={t("marks.label")} className="flex gap-1">
        {MARKS.map(({ key, mark, icon: Icon }) => (
          <Button
            key={key}
            variant="ghost"
            size="icon-sm"
            aria-label={t(`marks.${key}`)}
            title={t(`marks.${key}`)}
            onClick={() => wrap(mark)}
          >
            <Icon aria-hidden />
          </Button>
        ))}
      </div>
    </div>
  );
}
