"use client";

import { Bold, Code, Italic, type LucideIcon, Strikethrough } from "lucide-react";
import { useTranslations } from "next-intl";
import type { ReactNode, RefObject } from "react";
import { Button } from "@/components/ui/button";

const MARKS: { key: "bold" | "italic" | "strike" | "mono"; mark: string; icon: LucideIcon }[] = [
  { key: "bold", mark: "*", icon: Bold },
  { key: "italic", mark: "_", icon: Italic },
  { key: "strike", mark: "~", icon: Strikethrough },
  { key: "mono", mark: "```", icon: Code },
];

type TextMarksProps = {
  area: RefObject<HTMLTextAreaElement | null>;
  value: string;
  onChange: (value: string) => void;
  children?: ReactNode;
};

/** Puts WhatsApp's marks around what is chosen in a text. */
export function TextMarks({ area, value, onChange, children }: TextMarksProps) {
  const t = useTranslations("compose.text.marks");

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
    <div role="toolbar" aria-label={t("label")} className="flex flex-wrap items-center gap-1">
      {MARKS.map(({ key, mark, icon: Icon }) => (
        <Button key={key} variant="ghost" size="icon-sm" aria-label={t(key)} title={t(key)} onClick={() => wrap(mark)}>
          <Icon aria-hidden />
        </Button>
      ))}
      {children}
    </div>
  );
}
