"use client";

import { useTranslations } from "next-intl";
import { IdChip } from "@/components/shared/id-chip";
import { KeyValue, KeyValues } from "@/components/shared/key-value";
import { Num } from "@/components/shared/number";
import { StatusBadge } from "@/components/shared/status-badge";
import { Time } from "@/components/shared/time";
import type { Integration } from "@/lib/integrations/schema";

/** What Meta knows of the number, and where the calls go. */
export function PhoneFacts({ integration }: { integration: Integration }) {
  const t = useTranslations("integrations.facts");
  const developers = useTranslations("integrations.detail")("developers");
  const { phone, config, ratePerSecond } = integration;
  return (
    <div className="grid gap-4">
      <KeyValues>
        <KeyValue label={t("number")}>
          {phone.displayPhoneNumber ? (
            <span className="tabular-nums">{phone.displayPhoneNumber}</span>
          ) : (
            <span className="text-muted">{t("notRead")}</span>
          )}
        </KeyValue>
        <KeyValue label={t("name")}>{phone.verifiedName ?? <span className="text-muted">{t("notRead")}</span>}</KeyValue>
        <KeyValue label={t("quality")}>
          <StatusBadge kind="quality" status={phone.qualityRating ?? "UNKNOWN"} />
        </KeyValue>
        <KeyValue label={t("tier")}>
          {phone.allowance24h === null ? (
            <span className="text-muted">{phone.messagingLimitTier ? t("noLimit") : t("notRead")}</span>
          ) : (
            <>
              {t.rich("people", { count: () => <Num value={phone.allowance24h ?? 0} /> })}{" "}
              {phone.messagingLimitTier ? <span className="font-mono text-muted text-xs">{phone.messagingLimitTier}</span> : null}
            </>
          )}
        </KeyValue>
        <KeyValue label={t("throughput")}>
          {t.rich("perSecond", { rate: () => <Num value={ratePerSecond.limit} /> })}{" "}
          {phone.throughputLevel ? <span className="font-mono text-muted text-xs">{phone.throughputLevel}</span> : null}
        </KeyValue>
        <KeyValue label={t("tokenExpires")}>
          {integration.tokenExpiresAt ? (
            <Time at={integration.tokenExpiresAt} format="full" />
          ) : (
            <span className="text-muted">{t("never")}</span>
          )}
        </KeyValue>
        <KeyValue label={t("templatesSynced")}>
          {integration.templatesSyncedAt ? (
            <Time at={integration.templatesSyncedAt} />
          ) : (
            <span className="text-muted">{t("notYet")}</span>
          )}
        </KeyValue>
      </KeyValues>
      <details>
        <summary className="w-fit cursor-pointer text-muted text-sm">{developers}</summary>
        <div className="mt-3">
          <KeyValues>
            <KeyValue label={t("integrationId")}>
              <IdChip id={integration.id} className="-ml-1" />
            </KeyValue>
            <KeyValue label={t("phoneNumberId")}>
              <IdChip id={config.phoneNumberId} className="-ml-1" />
            </KeyValue>
            <KeyValue label={t("businessAccountId")}>
              <IdChip id={config.businessAccountId} className="-ml-1" />
            </KeyValue>
            {config.appId ? (
              <KeyValue label={t("appId")}>
                <IdChip id={config.appId} className="-ml-1" />
              </KeyValue>
            ) : null}
            <KeyValue label={t("graph")}>
              {config.sandbox ? t("builtIn") : <span className="break-all font-mono text-xs">{integration.endpointUrl}</span>}
            </KeyValue>
          </KeyValues>
        </div>
      </details>
    </div>
  );
}
