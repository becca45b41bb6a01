"use client";

import { useTranslations } from "next-intl";
import { type ReactNode, useState } from "react";
import { AlertDialog, AlertDialogCancel, AlertDialogContent } from "@/components/ui/alert-dialog";
import { Button } from "@/components/ui/button";
import { Field } from "@/components/ui/field";
import { Input } from "@/components/ui/input";
import { ErrorNote } from "./error-note";

export type Question = {
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
};

/** The open dialog. Its parts are loaded when the first question is asked; see `ConfirmDialog`. */
export function ConfirmQuestion(props: Question & { onClose: () => void }) {
  const { title, description, action, keep, onConfirm, typeToConfirm, tone = "danger", children, disabled, onClose } = props;
  const t = useTranslations();
  const [typed, setTyped] = useState("");
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<unknown>();

  async function confirm() {
    setBusy(true);
    setError(undefined);
    try {
      await onConfirm();
      onClose();
    } catch (thrown) {
      setError(thrown);
    } finally {
      setBusy(false);
    }
  }

  return (
    <AlertDialog open onOpenChange={(open) => open || busy || onClose()}>
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
              disabled={disabled || (typeToConfirm !== undefined && typed.trim() !== typeToConfirm)}
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
