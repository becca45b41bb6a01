"use client";

import { Eye } from "lucide-react";
import { useTranslations } from "next-intl";
import { useState } from "react";
import { CopyButton } from "@/components/shared/copy-button";
import { ErrorNote } from "@/components/shared/error-note";
import { KeyValue, KeyValues } from "@/components/shared/key-value";
import { Time } from "@/components/shared/time";
import { Button } from "@/components/ui/button";
import type { Integration } from "@/lib/integrations/schema";
import { useWebhookValues } from "./queries";

const HIDDEN = "••••••••••••••••";

/** What a person pastes into Meta's webhook form; the verify token on demand. */
export function WebhookValues({ integration, canReveal }: { integration: Integration; canReveal: boolean }) {
  const t = useTranslations("integrations.webhook");
  const [revealed, setRevealed] = useState(false);
  const values = useWebhookValues(integration.id, revealed);
  const url = integration.webhookUrl;
  const isLocal = /^http:|\/\/(localhost|127\.)/.test(url);
  return (
    <div className="grid gap-3">
      <KeyValues>
        <KeyValue label={t("url")}>
          <Copied value={url} name={t("url")} />
        </KeyValue>
        <KeyValue label={t("verifyToken")}>
          {values.data ? (
            <Copied value={values.data.verifyToken} name={t("verifyToken")} />
          ) : (
            <span className="flex items-center gap-2">
              <span aria-hidden className="font-mono text-muted text-xs">
                {HIDDEN}
              </span>
              {canReveal ? (
                <Button size="sm" loading={revealed && values.isPending} onClick={() => setRevealed(true)}>
                  <Eye aria-hidden />
                  {t("show")}
                </Button>
              ) : (
                <span className="text-muted">{t("hidden")}</span>
              )}
            </span>
          )}
        </KeyValue>
        <KeyValue label={t("fields")}>
          <span className="font-mono text-xs">
            messages, message_template_status_update, account_update, phone_number_quality_update
          </span>
        </KeyValue>
        <KeyValue label={t("lastHeard")}>
          {integration.lastWebhookAt ? (
            <Time at={integration.lastWebhookAt} />
          ) : (
            <span className="text-muted">{t("neverHeard")}</span>
          )}
        </KeyValue>
      </KeyValues>
      <ErrorNote error={values.error} title={t("notShown")} onRetry={() => void values.refetch()} />
      {integration.config.sandbox ? (
        <p className="text-muted text-xs">{t("sandbox")}</p>
      ) : (
        <p className="text-muted text-xs">
          {t("where")} {isLocal ? t("local") : null}
        </p>
      )}
    </div>
  );
}

function Copied({ value, name }: { value: string; name: string }) {
  return (
    <span className="flex min-w-0 items-center gap-1">
      <span className="min-w-0 break-all font-mono text-xs">{value}</span>
      <CopyButton value={value} name={name} />
    </span>
  );
}
