"use client";

import { NotebookPen } from "lucide-react";
import { useTranslations } from "next-intl";
import { type FormEvent, type KeyboardEvent, useEffect, useRef, useState } from "react";
import { ErrorNote } from "@/components/shared/error-note";
import { Button } from "@/components/ui/button";
import { Textarea } from "@/components/ui/textarea";
import { useAddNote } from "./queries";

/** A note for the team: it cannot be taken for an answer. */
export function NoteBox({ id, onClose }: { id: string; onClose: () => void }) {
  const t = useTranslations("conversations.notes");
  const [text, setText] = useState("");
  const add = useAddNote(id);
  const field = useRef<HTMLTextAreaElement>(null);
  const canAdd = text.trim() !== "" && !add.isPending;
  useEffect(() => field.current?.focus(), []);

  function submit(event?: FormEvent) {
    event?.preventDefault();
    if (canAdd) add.mutate(text, { onSuccess: onClose });
  }

  function onKeyDown(event: KeyboardEvent) {
    if (event.key === "Escape" && text.trim() === "") onClose();
    if (event.key !== "Enter" || event.shiftKey || event.nativeEvent.isComposing) return;
    event.preventDefault();
    submit();
  }

  return (
    <form onSubmit={submit} noValidate className="grid shrink-0 gap-2 border-t bg-warning-subtle px-4 py-3 max-md:px-3">
      <p className="text-xs">{t("hint")}</p>
      <ErrorNote error={add.error} title={t("notSaved")} />
      <div className="flex items-end gap-2">
        <Textarea
          ref={field}
          aria-label={t("label")}
          placeholder={t("placeholder")}
          rows={1}
          maxLength={4_000}
          className="max-h-40 min-h-10 resize-none py-2"
          value={text}
          onChange={(event) => setText(event.target.value)}
          onKeyDown={onKeyDown}
        />
        <Button className="h-10" onClick={onClose}>
          {t("cancel")}
        </Button>
        <Button type="submit" variant="primary" className="h-10" loading={add.isPending} disabled={!canAdd}>
          <NotebookPen aria-hidden />
          {t("add")}
        </Button>
      </div>
    </form>
  );
}
