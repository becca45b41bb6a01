"use client";

import { useTranslations } from "next-intl";
import { Time, useClock } from "@/components/shared/time";
import { useZone } from "@/components/shared/use-language";
import { cn } from "@/components/ui/cn";
import { formatDuration } from "@/lib/i18n/format";

/** Whether free text may be written now, and for how long still. `detail` adds the moment it closes. */
export function WindowState({ closesAt, detail }: { closesAt: string | null; detail?: boolean }) {
  const t = useTranslations("contacts.window");
  const { language } = useZone();
  const leftMs = useTimeLeft(closesAt);
  const open = leftMs > 0;
  return (
    <span className={cn("inline-flex flex-wrap items-center gap-x-1.5 whitespace-nowrap", !open && "text-muted")}>
      <span
        aria-hidden
        className={cn("size-2 shrink-0 rounded-full border", open ? "border-success bg-success" : "border-border-strong")}
      />
      {open ? t("left", { duration: formatDuration(leftMs, language) }) : t("closed")}
      {open && detail ? <Time at={closesAt} format="short" className="text-muted" /> : null}
    </span>
  );
}

/** Milliseconds until then, to the minute; 0 when it has passed or there is none. */
export function useTimeLeft(until: string | null | undefined): number {
  const now = useClock();
  if (!until) return 0;
  const leftMs = Date.parse(until) - now.getTime();
  return leftMs > 60_000 ? Math.floor(leftMs / 60_000) * 60_000 : Math.max(0, leftMs);
}
