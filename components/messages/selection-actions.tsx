"use client";

import { Ban, type LucideIcon, RotateCcw } from "lucide-react";
import { useTranslations } from "next-intl";
import { useState } from "react";
import { ConfirmDialog } from "@/components/shared/confirm-dialog";
import { ErrorNote } from "@/components/shared/error-note";
import { useStatusLabel } from "@/components/shared/status-badge";
import type { Selected } from "@/components/shared/table-selection";
import { Button } from "@/components/ui/button";
import { toast } from "@/components/ui/toast";
import type { Query } from "@/lib/http/client";
import type { SelectionResult } from "@/lib/messages/schema";
import { MESSAGE_STATUSES } from "@/lib/messages/words";
import { type SelectionAct, useSelectionCount, useSelectionWork } from "./queries";

type SelectionActionsProps = {
  selected: Selected;
  /** What the list asks for, when everything that matches is meant. */
  matching: Query;
  onDone: () => void;
};

/** What can be done with the chosen messages: first it is said with how many of them, afterwards what could not be done. */
export function SelectionActions(props: SelectionActionsProps) {
  return (
    <>
      <Act {...props} act="resend" icon={RotateCcw} />
      <Act {...props} act="cancel" icon={Ban} />
    </>
  );
}

type ActProps = SelectionActionsProps & { act: SelectionAct; icon: LucideIcon };

function Act({ selected, matching, onDone, act, icon: Icon }: ActProps) {
  const t = useTranslations("messages.many");
  const refusals = useRefusals();
  const [open, setOpen] = useState(false);
  const chosen = selected ? { ids: selected } : { filter: matching };
  const { data: counted, error, isFetching, refetch } = useSelectionCount(act, chosen, open);
  const work = useSelectionWork(act);
  const danger = act === "cancel";
  const count = isFetching ? undefined : counted;

  async function confirm() {
    const result = await work.mutateAsync(chosen);
    const text = t(`${act}.done`, { done: result.done });
    const left = refusals(result);
    if (left) toast.warning(text, { description: t("refused", { what: left }) });
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
        title={count ? t(`${act}.title`, { count: count.done, matched: count.matched }) : t("counting")}
        description={t(`${act}.text`)}
        action={t(`${act}.action`)}
        keep={danger ? t("cancel.keep") : undefined}
        tone={danger ? "danger" : "primary"}
        disabled={!count || count.done === 0}
        onConfirm={confirm}
      >
        {count && count.refused.length > 0 ? <p className="text-muted text-sm">{t("stay", { what: refusals(count) })}</p> : null}
        <ErrorNote error={error} onRetry={() => void refetch()} />
      </ConfirmDialog>
    </>
  );
}

/** "3 Delivered, 2 Read": what is left as it is, and why. */
function useRefusals(): (result: SelectionResult) => string {
  const t = useTranslations("messages.many.codes");
  const errors = useTranslations("errors");
  const label = useStatusLabel("message");
  return ({ refused }) => {
    const counts = new Map<string, number>();
    for (const { code, count } of refused) counts.set(code, (counts.get(code) ?? 0) + count);
    return [...counts].map(([code, count]) => `${count} × ${wordsOf(code)}`).join(", ");
  };
  function wordsOf(code: string): string {
    if (t.has(code as never)) return t(code as never);
    if (MESSAGE_STATUSES.some((status) => status === code)) return label(code);
    return errors.has(code as never) ? errors(code as never) : code;
  }
}
