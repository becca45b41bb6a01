"use client";

import {
  Archive,
  Ban,
  CalendarClock,
  Check,
  CheckCheck,
  CircleAlert,
  CircleCheck,
  CircleDashed,
  CircleHelp,
  CircleMinus,
  CirclePause,
  CircleX,
  Clock,
  Inbox,
  type LucideIcon,
  SendHorizontal,
  Trash2,
} from "lucide-react";
import { useTranslations } from "next-intl";
import { Badge, type Tone } from "@/components/ui/badge";
import { cn } from "@/components/ui/cn";

type Look = { icon: LucideIcon; tone: Tone; struck?: boolean };

const MESSAGE = {
  queued: { icon: Clock, tone: "queued" },
  scheduled: { icon: CalendarClock, tone: "scheduled" },
  sending: { icon: SendHorizontal, tone: "sending" },
  unknown: { icon: CircleHelp, tone: "unknown" },
  sent: { icon: Check, tone: "sent" },
  delivered: { icon: CheckCheck, tone: "delivered" },
  read: { icon: CheckCheck, tone: "read" },
  failed: { icon: CircleX, tone: "failed" },
  cancelled: { icon: Ban, tone: "cancelled", struck: true },
  received: { icon: Inbox, tone: "accent" },
} as const satisfies Record<string, Look>;

const INTEGRATION = {
  unverified: { icon: CircleDashed, tone: "warning" },
  verified: { icon: CircleCheck, tone: "success" },
  failed: { icon: CircleX, tone: "failed" },
  paused: { icon: CirclePause, tone: "warning" },
} as const satisfies Record<string, Look>;

const TEMPLATE = {
  DRAFT: { icon: CircleDashed, tone: "neutral" },
  APPROVED: { icon: CircleCheck, tone: "success" },
  PENDING: { icon: Clock, tone: "queued" },
  REJECTED: { icon: CircleX, tone: "failed" },
  PAUSED: { icon: CirclePause, tone: "warning" },
  DISABLED: { icon: Ban, tone: "failed" },
  IN_APPEAL: { icon: Clock, tone: "unknown" },
  PENDING_DELETION: { icon: Trash2, tone: "cancelled" },
  DELETED: { icon: Trash2, tone: "cancelled", struck: true },
  LIMIT_EXCEEDED: { icon: CircleAlert, tone: "warning" },
  ARCHIVED: { icon: Archive, tone: "cancelled" },
  OTHER: { icon: CircleHelp, tone: "neutral" },
} as const satisfies Record<string, Look>;

const CONSENT = {
  opted_in: { icon: CircleCheck, tone: "success" },
  opted_out: { icon: Ban, tone: "failed" },
  none: { icon: CircleMinus, tone: "neutral" },
} as const satisfies Record<string, Look>;

const QUALITY = {
  GREEN: { icon: CircleCheck, tone: "success" },
  YELLOW: { icon: CircleAlert, tone: "warning" },
  RED: { icon: CircleAlert, tone: "failed" },
  UNKNOWN: { icon: CircleHelp, tone: "neutral" },
} as const satisfies Record<string, Look>;

const KINDS = { message: MESSAGE, integration: INTEGRATION, template: TEMPLATE, consent: CONSENT, quality: QUALITY } as const;

export type StatusKind = keyof typeof KINDS;

type StatusBadgeProps = {
  kind: StatusKind;
  /** As the API gives it; a state that is not known here is shown as it stands. */
  status: string;
  /** Words instead of the usual ones: "Paused by Meta". */
  children?: React.ReactNode;
  /** Without frame and ground, for timelines and dense rows. */
  plain?: boolean;
  className?: string;
};

/** A state as icon, word and colour; the same everywhere. */
export function StatusBadge({ kind, status, children, plain, className }: StatusBadgeProps) {
  const label = useStatusLabel(kind);
  const { icon: Icon, tone, struck } = statusLook(kind, status);
  return (
    <Badge tone={tone} className={cn(plain && "h-auto border-0 bg-transparent p-0", className)}>
      <Icon aria-hidden strokeWidth={2.25} />
      <span className={cn("truncate", struck && "line-through")}>{children ?? label(status)}</span>
    </Badge>
  );
}

export function statusLook(kind: StatusKind, status: string): Look {
  const looks: Record<string, Look> = KINDS[kind];
  return looks[status] ?? { icon: CircleHelp, tone: "neutral" };
}

/** The word for a state, for filters, tooltips and CSV. */
export function useStatusLabel(kind: StatusKind): (status: string) => string {
  const t = useTranslations("status");
  return (status) => {
    const key = `${kind}.${status}` as Parameters<typeof t>[0];
    return t.has(key) ? t(key) : status;
  };
}
