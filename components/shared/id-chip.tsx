"use client";

import { Check, Copy } from "lucide-react";
import { useTranslations } from "next-intl";
import { cn } from "@/components/ui/cn";
import { useCopy } from "./copy-button";

/** An id in mono that copies itself when pressed. `short` keeps the start and the end. */
export function IdChip({ id, short, className }: { id: string; short?: boolean; className?: string }) {
  const t = useTranslations("common");
  const { copied, copy } = useCopy();
  const Icon = copied ? Check : Copy;
  const shown = short && id.length > 16 ? `${id.slice(0, 8)}…${id.slice(-4)}` : id;
  return (
    <button
      type="button"
      title={id}
      onClick={(event) => {
        event.preventDefault();
        event.stopPropagation();
        void copy(id);
      }}
      className={cn(
        "group -mx-1 relative z-10 inline-flex min-h-6 max-w-full items-center gap-1 rounded-sm px-1 font-mono text-muted text-xs hover:bg-surface-sunken hover:text-foreground",
        className,
      )}
    >
      <span className="truncate">{shown}</span>
      <Icon className={cn("size-3 shrink-0", copied ? "text-success" : "opacity-60 group-hover:opacity-100")} aria-hidden />
      <span className="sr-only">{t("copy")}</span>
      <span role="status" className="sr-only">
        {copied ? t("copied") : null}
      </span>
    </button>
  );
}
