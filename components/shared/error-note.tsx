"use client";

import { CircleAlert } from "lucide-react";
import { useTranslations } from "next-intl";
import type { ReactNode } from "react";
import { Button } from "@/components/ui/button";
import { cn } from "@/components/ui/cn";
import { IdChip } from "./id-chip";
import { useErrorText } from "./use-error-text";

type ErrorNoteProps = {
  /** What was thrown; nothing is shown without it. */
  error: unknown;
  /** What did not happen: "The message was not sent". */
  title?: ReactNode;
  onRetry?: () => void;
  className?: string;
};

/** A failure in words: what happened, why, what to do, and the reference small beneath. */
export function ErrorNote({ error, title, onRetry, className }: ErrorNoteProps) {
  const t = useTranslations();
  const explain = useErrorText();
  if (!error) return null;
  const { message, detail, requestId } = explain(error);
  return (
    <div
      role="alert"
      className={cn(
        "flex gap-2.5 rounded-lg border border-[color-mix(in_oklab,var(--danger)_30%,transparent)] bg-danger-subtle p-3 text-sm",
        className,
      )}
    >
      <CircleAlert className="mt-0.5 size-4 shrink-0 text-danger" aria-hidden />
      <div className="grid min-w-0 flex-1 gap-1">
        {title ? <p className="font-medium">{title}</p> : null}
        <p className={cn("break-words", title ? "text-muted" : "font-medium")}>{message}</p>
        {detail ? (
          <p lang="en" className="break-words text-muted text-xs">
            {detail}
          </p>
        ) : null}
        {requestId ? <IdChip id={requestId} className="w-fit" /> : null}
      </div>
      {onRetry ? (
        <Button size="sm" onClick={onRetry} className="self-start">
          {t("common.retry")}
        </Button>
      ) : null}
    </div>
  );
}
