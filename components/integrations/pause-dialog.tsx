"use client";

import { useTranslations } from "next-intl";
import { ConfirmDialog } from "@/components/shared/confirm-dialog";
import { toast } from "@/components/ui/toast";
import type { Integration, IntegrationHealth } from "@/lib/integrations/schema";
import { useUpdateIntegration } from "./queries";

type PauseDialogProps = {
  integration: Integration;
  health: IntegrationHealth | undefined;
  open: boolean;
  onOpenChange: (open: boolean) => void;
};

/** Says how many messages will wait before they do. */
export function PauseDialog({ integration, health, open, onOpenChange }: PauseDialogProps) {
  const t = useTranslations("integrations.detail");
  const update = useUpdateIntegration(integration.id);
  return (
    <ConfirmDialog
      open={open}
      onOpenChange={onOpenChange}
      title={t("pauseAsk.title", { name: integration.name })}
      description={
        <span className="grid gap-2">
          {health ? <span>{t("pauseAsk.waiting", { count: health.queued + health.scheduled })}</span> : null}
          <span>{t("pauseAsk.effect")}</span>
        </span>
      }
      action={t("pauseAsk.action")}
      onConfirm={async () => {
        await update.mutateAsync({ paused: true });
        toast.success(t("paused"));
      }}
    />
  );
}
