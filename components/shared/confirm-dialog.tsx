"use client";

import { useTranslations } from "next-intl";
import { type ReactNode, useState } from "react";
import { AlertDialog, AlertDialogCancel, AlertDialogContent, AlertDialogTrigger } from "@/components/ui/alert-dialog";
import { Button } from "@/components/ui/button";
import { Field } from "@/components/ui/field";
import { Input } from "@/components/ui/input";
import { ErrorNote } from "./error-note";

type ConfirmDialogProps = {
  /** The question, naming the thing: "Delete the integration “Shop”?". */
  title: ReactNode;
  /** What will happen, with numbers. */
  description: ReactNode;
  /** Verb and object: "Delete integration". */
  action: string;
  /** The way out, where "Cancel" could mean the act itself: "Keep". */
  keep?: string;
  /** While what it will do is not known yet. */
  disabled?: boolean;
  /** Rejecting keeps the dialog open and shows why. */
  onConfirm: () => Promise<unknown> | unknown;
  /** For what cannot be taken back and touches much: the person types this word first. */
  typeToConfirm?: string;
  tone?: "danger" | "primary";
  children?: ReactNode;
} & (
  | { trigger: ReactNode; open?: undefined; onOpenChange?: undefined }
  | { trigger?: undefined; open: boolean; onOpenChange: (open: boolean) => void }
);

export function ConfirmDialog(props: ConfirmDialogProps) {
  const { title, description, action, keep, onConfirm, typeToConfirm, tone = "danger", children, trigger } = props;
  const t = useTranslations();
  const [ownOpen, setOwnOpen] = useState(false);
  const [typed, setTyped] = useState("");
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<unknown>();
  const open = props.open ?? ownOpen;

  function setOpen(next: boolean) {
    if (busy) return;
    setTyped("");
    setError(undefined);
    setOwnOpen(next);
    props.onOpenChange?.(next);
  }

  async function confirm() {
    setBusy(true);
    setError(undefined);
    try {
      await onConfirm();
      setBusy(false);
      setOwnOpen(false);
      props.onOpenChange?.(false);
    } catch (thrown) {
      setBusy(false);
      setError(thrown);
    }
  }

  return (
    <AlertDialog open={open} onOpenChange={setOpen}>
      {trigger ? <AlertDialogTrigger asChild>{trigger}</AlertDialogTrigger> : null}
      <AlertDialogContent
        title={title}
        description={description}
        footer={
          <>
            <AlertDialogCancel asChild>
              <Button disabled={busy}>{keep ?? t("common.cancel")}</Button>
            </AlertDialogCancel>
            <Button
              variant={tone}
              loading={busy}
              disabled={props.disabled || (typeToConfirm !== undefined && typed.trim() !== typeToConfirm)}
              onClick={confirm}
            >
              {action}
            </Button>
          </>
        }
      >
        {children}
        {typeToConfirm ? (
          <Field label={t("shared.confirm.typeToConfirm", { word: typeToConfirm })}>
            <Input value={typed} onChange={(event) => setTyped(event.target.value)} autoComplete="off" spellCheck={false} />
          </Field>
        ) : null}
        <ErrorNote error={error} />
      </AlertDialogContent>
    </AlertDialog>
  );
}
