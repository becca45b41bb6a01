"use client";

import { Ban, type LucideIcon, RotateCcw } from "lucide-react";
import { useTranslations } from "next-intl";
import { useState } from "react";
import { ConfirmDialog } from "@/components/shared/confirm-dialog";
import { ErrorNote } from "@/components/shared/error-note";
import type { Selected } from "@/components/shared/table-selection";
import { Button } from "@/components/ui/button";
import { toast } from "@/components/ui/toast";
import type { Query } from "@/lib/http/client";
import { useCancelMany, useMatchingIds, useResendMany } from "./queries";

type SelectionActionsProps = {
  selected: Selected;
  /** What the list asks for, when everything that matches is meant. */
  matching: Query;
  onDone: () => void;
};

/** What can be done with the chosen messages: first it is said how many they are, afterwards what could not be done. */
export function SelectionActions(props: SelectionActionsProps) {
  return (
    <>
      <Act {...props} act="resend" icon={RotateCcw} change={useResendMany()} />
      <Act {...props} act="cancel" icon={Ban} change={useCancelMany()} />
    </>
  );
}

type ActProps = SelectionActionsProps & { act: "cancel" | "resend"; icon: LucideIcon; change: ReturnType<typeof useCancelMany> };

function Act({ selected, matching, onDone, act, icon: Icon, change }: ActProps) {
  const t = useTranslations("messages.many");
  const [open, setOpen] = useState(false);
  const found = useMatchingIds(matching, open && selected === null);
  const ids = selected ?? found.data;
  const danger = act === "cancel";

  async function confirm() {
    if (!ids) return;
    const { done, refused } = await change.mutateAsync(ids);
    const text = t(`${act}.done`, { done });
    if (refused > 0) toast.warning(text, { description: t("refused", { refused }) });
    else toast.success(text);
    onDone();
  }

  return (
    <>
      <Button variant={danger ? "danger-ghost" : undefined} onClick={() => setOpen(true)}>
        <Icon aria-hidden />
        {t(`${act}.action`)}
      </Button>
      <ConfirmDialog
        open={open}
        onOpenChange={setOpen}
        title={ids ? t(`${act}.title`, { count: ids.length }) : t("counting")}
        description={t(`${act}.text`)}
        action={t(`${act}.action`)}
        keep={danger ? t("cancel.keep") : undefined}
        tone={danger ? "danger" : "primary"}
        disabled={!ids || ids.length === 0}
        onConfirm={confirm}
      >
        <ErrorNote error={found.error} onRetry={() => void found.refetch()} />
      </ConfirmDialog>
    </>
  );
}
