"use client";

import { useTranslations } from "next-intl";
import { cn } from "@/components/ui/cn";
import { formatPhone } from "@/lib/phone-format";
import { CopyButton } from "./copy-button";

type PhoneProps = { number: string | null | undefined; copy?: boolean; className?: string };

/** A phone number in groups, as one reads it aloud; copied in E.164. */
export function Phone({ number, copy, className }: PhoneProps) {
  const t = useTranslations("shared.phone");
  if (!number) return <span className={cn("text-muted", className)}>{t("hidden")}</span>;
  const text = formatPhone(number);
  return (
    <span className={cn("inline-flex items-center gap-1 whitespace-nowrap tabular-nums", className)}>
      {text}
      {copy ? <CopyButton value={number} name={number} className="relative z-10 size-6" /> : null}
    </span>
  );
}
