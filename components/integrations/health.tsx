"use client";

import { useTranslations } from "next-intl";
import { Num } from "@/components/shared/number";
import { Ring } from "@/components/shared/ring";
import { Stat } from "@/components/shared/stat";
import { Duration, Time, useClock } from "@/components/shared/time";
import type { IntegrationHealth } from "@/lib/integrations/schema";

/** People reached in the rolling 24 hours, and when a place becomes free again. */
export function Allowance({ allowance, sizePx }: { allowance: IntegrationHealth["allowance"]; sizePx?: number }) {
  const t = useTranslations("integrations.allowance");
  const { limit, used, left, nextFreeAt } = allowance;
  return (
    <div className="flex items-center gap-4">
      <Ring used={used} limit={limit} sizePx={sizePx} />
      <div className="grid gap-0.5 text-sm">
        <p className="font-medium">
          {limit === null
            ? t.rich("usedOfNone", { used: () => <Num value={used} /> })
            : t.rich("used", { used: () => <Num value={used} />, limit: () => <Num value={limit} /> })}
        </p>
        <p className="text-muted">
          {limit === null
            ? t("noLimit")
            : left === 0
              ? nextFreeAt
                ? t.rich("full", { at: () => <Time at={nextFreeAt} format="short" /> })
                : t("fullSoon")
              : t.rich("left", { left: () => <Num value={left ?? 0} /> })}
        </p>
        <p className="text-muted text-xs">{t("rule")}</p>
      </div>
    </div>
  );
}

/** What waits and how fast it goes. */
export function Queue({ health }: { health: IntegrationHealth }) {
  const t = useTranslations("integrations.health");
  const now = useClock();
  const { queued, scheduled, sending, unknown, oldestWaitingAt, sentLastMinute, ratePerSecond } = health;
  const waitMs = oldestWaitingAt ? now.getTime() - new Date(oldestWaitingAt).getTime() : 0;
  const isSlowed = ratePerSecond.now < ratePerSecond.effective;
  return (
    <div className="grid grid-cols-2 gap-4 sm:grid-cols-3">
      <Stat
        label={t("waiting")}
        value={<Num value={queued + sending} />}
        hint={waitMs > 0 ? t.rich("oldest", { duration: () => <Duration ms={waitMs} /> }) : t("nothingWaits")}
      />
      <Stat
        label={t("scheduled")}
        value={<Num value={scheduled} />}
        hint={unknown > 0 ? t("unknown", { count: unknown }) : t("scheduledHint")}
      />
      <Stat
        label={t("rate")}
        value={t.rich(isSlowed ? "perSecond" : "upTo", { rate: () => <Num value={ratePerSecond.now} /> })}
        hint={isSlowed ? t("slowed", { rate: ratePerSecond.effective }) : t("lastMinute", { count: sentLastMinute })}
      />
    </div>
  );
}
