"use client";

import { useTranslations } from "next-intl";
import { FunnelBar } from "@/components/shared/funnel-bar";
import { Num } from "@/components/shared/number";
import { Section } from "@/components/shared/section";
import { Stat } from "@/components/shared/stat";
import { useZone } from "@/components/shared/use-language";
import { formatShare } from "@/lib/i18n/format";
import type { Overview } from "@/lib/insights/schema";
import { DayBars } from "./day-bars";
import { partsOf } from "./parts";

/** What became of the messages accepted today, and how the days before compare. */
export function Today({ overview }: { overview: Overview }) {
  const t = useTranslations("overview.today");
  const { today, days, integrations } = overview;
  const scheduled = integrations.reduce((sum, number) => sum + number.scheduled, 0);
  const before = days.slice(-8, -1);
  const usual = before.reduce((sum, day) => sum + day.accepted, 0) / Math.max(1, before.length);
  const hasHistory = days.slice(0, -1).some((day) => day.accepted > 0);
  return (
    <Section title={t("title")}>
      <div className="grid gap-6">
        <div className="grid grid-cols-2 gap-4 sm:grid-cols-4">
          <Stat
            label={t("accepted")}
            value={<Num value={today.accepted} />}
            hint={
              usual > 0
                ? t.rich("usual", { count: () => <Num value={usual} maximumFractionDigits={usual < 10 ? 1 : 0} /> })
                : t("noneBefore")
            }
            size="large"
          />
          <Stat label={t("delivered")} value={<Share of={today.delivered} in={today.sent} />} hint={t("ofSent")} />
          <Stat label={t("read")} value={<Share of={today.read} in={today.delivered} />} hint={t("ofDelivered")} />
          <Stat
            label={t("waiting")}
            value={<Num value={today.waiting} />}
            hint={scheduled > 0 ? t.rich("scheduled", { count: () => <Num value={scheduled} /> }) : t("nothingScheduled")}
          />
        </div>
        <FunnelBar
          label={t("title")}
          parts={partsOf(today).map(({ name, tone, value }) => ({ key: name, label: t(`parts.${name}`), value, tone }))}
        />
        {hasHistory ? <DayBars days={days} /> : null}
      </div>
    </Section>
  );
}

function Share({ of, in: whole }: { of: number; in: number }) {
  const { language } = useZone();
  return whole === 0 ? (
    <span className="text-muted">–</span>
  ) : (
    <span className="tabular-nums">{formatShare(of, whole, language)}</span>
  );
}
