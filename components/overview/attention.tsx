"use client";

import {
  AlarmClockOff,
  ChevronRight,
  CircleAlert,
  CircleCheck,
  CircleHelp,
  CirclePause,
  CircleX,
  Gauge,
  KeyRound,
  LayoutTemplate,
  type LucideIcon,
  Unplug,
  WifiOff,
} from "lucide-react";
import { useTranslations } from "next-intl";
import { Section } from "@/components/shared/section";
import { type Tone, toneColor } from "@/components/ui/badge";
import { Link } from "@/components/ui/link";
import type { Overview } from "@/lib/insights/schema";

type Item = Overview["attention"][number];

const LOOKS: Record<Item["kind"], { icon: LucideIcon; tone: Tone }> = {
  no_integration: { icon: Unplug, tone: "warning" },
  nobody_wakes: { icon: AlarmClockOff, tone: "danger" },
  integration_not_verified: { icon: CircleAlert, tone: "warning" },
  integration_paused: { icon: CirclePause, tone: "danger" },
  token_expires: { icon: KeyRound, tone: "warning" },
  templates_rejected: { icon: LayoutTemplate, tone: "warning" },
  template_disabled: { icon: LayoutTemplate, tone: "warning" },
  template_paused: { icon: LayoutTemplate, tone: "warning" },
  messages_unknown: { icon: CircleHelp, tone: "unknown" },
  messages_failed: { icon: CircleX, tone: "failed" },
  no_webhooks: { icon: WifiOff, tone: "danger" },
  signatures_refused: { icon: WifiOff, tone: "danger" },
  allowance_low: { icon: Gauge, tone: "warning" },
};

/** What only a person can mend, each with the way there. */
export function Attention({ items }: { items: Overview["attention"] }) {
  const t = useTranslations("overview.attention");
  return (
    <Section title={t("title")} padded={false}>
      {items.length === 0 ? (
        <p className="flex items-center gap-2 p-4 text-sm">
          <CircleCheck className="size-4 shrink-0 text-success" aria-hidden />
          {t("nothing")}
        </p>
      ) : (
        <ul>
          {items.map((item) => {
            const { icon: Icon, tone } = LOOKS[item.kind];
            const values = { name: item.name ?? "", count: item.count ?? 0 };
            return (
              <li key={`${item.kind} ${item.href} ${item.name ?? ""}`} className="border-b last:border-0">
                <Link
                  href={item.href}
                  className="flex items-start gap-2.5 px-4 py-3 text-sm hover:bg-surface focus-visible:-outline-offset-2"
                >
                  <Icon className="mt-0.5 size-4 shrink-0" style={{ color: toneColor(tone) }} aria-hidden />
                  <span className="grid min-w-0 flex-1 gap-0.5">
                    <span className="font-medium">{t(`kinds.${item.kind}.title`, values)}</span>
                    <span className="text-muted text-xs">{t(`kinds.${item.kind}.hint`, values)}</span>
                  </span>
                  <ChevronRight className="mt-0.5 size-4 shrink-0 text-muted" aria-hidden />
                </Link>
              </li>
            );
          })}
        </ul>
      )}
    </Section>
  );
}
