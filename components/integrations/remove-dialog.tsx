"use client";

import { useRouter } from "next/navigation";
import { useTranslations } from "next-intl";
import { ConfirmDialog } from "@/components/shared/confirm-dialog";
import { toast } from "@/components/ui/toast";
import type { Integration, IntegrationHealth } from "@/lib/integrations/schema";
import { useRemoveIntegration } from "./queries";

type RemoveDialogProps = {
  integration: Integration;
  health: IntegrationHealth | undefined;
  open: boolean;
  onOpenChange: (open: boolean) => void;
};

/** Says how much is cancelled before it is. */
export function RemoveDialog({ integration, health, open, onOpenChange }: RemoveDialogProps) {
  const t = useTranslations("integrations.remove");
  const router = useRouter();
  const remove = useRemoveIntegration(integration.id);
  const waiting = (health?.queued ?? 0) + (health?.scheduled ?? 0);
  const onTheirWay = health?.sending ?? 0;
  const willCancel = waiting + onTheirWay > 0;
  return (
    <ConfirmDialog
      open={open}
      onOpenChange={onOpenChange}
      title={t("title", { name: integration.name })}
      description={
        <span className="grid gap-2">
          <span>{willCancel ? t("cancels", { waiting, onTheirWay }) : t("nothingWaits")}</span>
          <span>{t("effect")}</span>
          {integration.isDefault ? <span>{t("wasDefault")}</span> : null}
        </span>
      }
      typeToConfirm={willCancel ? integration.name : undefined}
      action={t("action")}
      onConfirm={async () => {
        await remove.mutateAsync({ force: willCancel });
        toast.success(t("done", { name: integration.name }));
        router.push("/integrations");
      }}
    />
  );
}
