"use client";

import { Hourglass } from "lucide-react";
import { useTranslations } from "next-intl";
import type { ReactNode } from "react";
import { Time } from "@/components/shared/time";
import type { Message } from "@/lib/messages/schema";

/** What a message waits for, in the API's word, and until when if that is known. */
export type Waiting = { code: string; until: string | null };

/** What a message that has not left yet waits for; null when it is just about to leave, or has left. */
export function waitingOf(message: Message & { waiting?: Waiting | null }): Waiting | null {
  if (message.waiting) return message.waiting;
  return message.status === "scheduled" ? { code: "business_hours", until: message.scheduledFor } : null;
}

/** Why the message waits: "Waits for your business hours, until 26 Nov 09:00". */
export function WaitingLine({ waiting, className }: { waiting: Waiting; className?: string }) {
  const text = useWaitingText();
  return (
    <span className={className}>
      <Hourglass className="mr-1 inline size-3.5 align-[-2px]" aria-hidden />
      {text(waiting)}
    </span>
  );
}

export function useWaitingText(): (waiting: Waiting) => ReactNode {
  const t = useTranslations("messages.waiting");
  return ({ code, until }) => {
    const reason = t.has(`for.${code}` as never) ? t(`for.${code}` as never) : t("for.other");
    return until ? t.rich("until", { reason, at: () => <Time at={until} format="short" /> }) : t("reason", { reason });
  };
}
