"use client";

import { Pencil, Trash2 } from "lucide-react";
import { useTranslations } from "next-intl";
import { useState } from "react";
import { useSavedReplies } from "@/components/conversations/queries";
import { ConfirmDialog } from "@/components/shared/confirm-dialog";
import { ErrorNote } from "@/components/shared/error-note";
import { Section } from "@/components/shared/section";
import { useFieldText } from "@/components/shared/use-field-text";
import { Button } from "@/components/ui/button";
import { Field } from "@/components/ui/field";
import { Input } from "@/components/ui/input";
import { Skeleton } from "@/components/ui/skeleton";
import { Textarea } from "@/components/ui/textarea";
import type { SavedReply } from "@/lib/conversations/schema";
import { fieldErrorsOf } from "@/lib/http/client";
import { useRemoveReply, useSaveReply } from "./inbox-queries";

const NEW = { id: null, title: "", text: "" };
type Draft = { id: string | null; title: string; text: string; updatedAt?: string };

export function ReplySettings({ canWrite }: { canWrite: boolean }) {
  const t = useTranslations("settings.inbox.replies");
  const { data, error, isPending, refetch } = useSavedReplies();
  const [editing, setEditing] = useState<Draft>();
  const [removing, setRemoving] = useState<SavedReply>();
  const remove = useRemoveReply();
  return (
    <Section
      title={t("title")}
      description={t("description")}
      actions={
        canWrite && !editing ? (
          <Button size="sm" onClick={() => setEditing(NEW)}>
            {t("new")}
          </Button>
        ) : null
      }
    >
      <div className="grid gap-4">
        <ErrorNote error={error} title={t("failed")} onRetry={() => void refetch()} />
        {isPending ? <Skeleton className="h-5 w-64" aria-hidden /> : null}
        {data?.data.length === 0 && !editing ? <p className="text-muted text-sm">{t("empty")}</p> : null}
        {editing?.id === null ? <ReplyForm draft={editing} onClose={() => setEditing(undefined)} /> : null}
        <ul className="grid empty:hidden">
          {data?.data.map((reply) => (
            <li key={reply.id} className="border-b py-2.5 first:pt-0 last:border-0 last:pb-0">
              {editing?.id === reply.id ? (
                <ReplyForm draft={editing} onClose={() => setEditing(undefined)} />
              ) : (
                <div className="flex items-start gap-2">
                  <div className="grid min-w-0 flex-1 gap-0.5 text-sm">
                    <span className="font-medium">{reply.title}</span>
                    <span className="line-clamp-3 whitespace-pre-wrap break-words text-muted">{reply.text}</span>
                  </div>
                  {canWrite ? (
                    <>
                      <Button
                        variant="ghost"
                        size="icon-sm"
                        aria-label={t("edit", { name: reply.title })}
                        onClick={() => setEditing(reply)}
                      >
                        <Pencil aria-hidden />
                      </Button>
                      <Button
                        variant="ghost"
                        size="icon-sm"
                        aria-label={t("remove", { name: reply.title })}
                        onClick={() => setRemoving(reply)}
                      >
                        <Trash2 aria-hidden />
                      </Button>
                    </>
                  ) : null}
                </div>
              )}
            </li>
          ))}
        </ul>
      </div>
      {removing ? (
        <ConfirmDialog
          open
          onOpenChange={(open) => !open && setRemoving(undefined)}
          title={t("removeTitle", { name: removing.title })}
          description={t("removeText")}
          action={t("removeAction")}
          onConfirm={() => remove.mutateAsync(removing.id)}
        />
      ) : null}
    </Section>
  );
}

function ReplyForm({ draft, onClose }: { draft: Draft; onClose: () => void }) {
  const t = useTranslations("settings.inbox.replies");
  const common = useTranslations("common");
  const fieldText = useFieldText();
  const [title, setTitle] = useState(draft.title);
  const [text, setText] = useState(draft.text);
  const save = useSaveReply();
  const problems = fieldErrorsOf(save.error);
  const isWhole = title.trim() !== "" && text.trim() !== "";
  return (
    <form
      noValidate
      className="grid gap-4 rounded-lg border bg-surface p-4"
      onSubmit={(event) => {
        event.preventDefault();
        if (isWhole)
          save.mutate(
            { id: draft.id, title, text, ...(draft.updatedAt && { updatedAt: draft.updatedAt }) },
            { onSuccess: onClose },
          );
      }}
    >
      <Field label={t("name")} error={fieldText(problems.title)}>
        <Input value={title} maxLength={60} onChange={({ target }) => setTitle(target.value)} />
      </Field>
      <Field label={t("text")} hint={t("hint", VARIABLES)} error={fieldText(problems.text)}>
        <Textarea value={text} maxLength={4_000} onChange={({ target }) => setText(target.value)} />
      </Field>
      {Object.keys(problems).length === 0 ? <ErrorNote error={save.error} title={t("notSaved")} /> : null}
      <div className="flex justify-end gap-2">
        <Button onClick={onClose}>{common("cancel")}</Button>
        <Button type="submit" variant="primary" loading={save.isPending} disabled={!isWhole}>
          {common("save")}
        </Button>
      </div>
    </form>
  );
}

const VARIABLES = {
  name: "{{name}}",
  organization: "{{organization}}",
  agent: "{{agent}}",
  preferences: "{{preferences}}",
};
