"use client";

import { Trash2 } from "lucide-react";
import { useTranslations } from "next-intl";
import { useState } from "react";
import { LabelChip } from "@/components/conversations/label-dot";
import { useLabels } from "@/components/conversations/queries";
import { ConfirmDialog } from "@/components/shared/confirm-dialog";
import { ErrorNote } from "@/components/shared/error-note";
import { Section } from "@/components/shared/section";
import { Button } from "@/components/ui/button";
import { Field } from "@/components/ui/field";
import { Input } from "@/components/ui/input";
import { Select } from "@/components/ui/select";
import { Skeleton } from "@/components/ui/skeleton";
import type { Label } from "@/lib/conversations/schema";
import { LABEL_COLOURS, type LabelColour } from "@/lib/conversations/words";
import { useCreateLabel, useRemoveLabel } from "./inbox-queries";

export function LabelSettings({ canWrite }: { canWrite: boolean }) {
  const t = useTranslations("settings.inbox.labels");
  const { data, error, isPending, refetch } = useLabels();
  const [removing, setRemoving] = useState<Label>();
  const remove = useRemoveLabel();
  return (
    <Section title={t("title")} description={t("description")}>
      <div className="grid gap-4">
        <ErrorNote error={error} title={t("failed")} onRetry={() => void refetch()} />
        {isPending ? <Skeleton className="h-5 w-40" aria-hidden /> : null}
        {data?.data.length === 0 ? <p className="text-muted text-sm">{t("empty")}</p> : null}
        <ul className="flex flex-wrap gap-2 empty:hidden">
          {data?.data.map((label) => (
            <li key={label.id} className="flex items-center">
              <LabelChip name={label.name} colour={label.colour} />
              {canWrite ? (
                <Button
                  variant="ghost"
                  size="icon-sm"
                  aria-label={t("remove", { name: label.name })}
                  onClick={() => setRemoving(label)}
                >
                  <Trash2 aria-hidden />
                </Button>
              ) : null}
            </li>
          ))}
        </ul>
        {canWrite ? <NewLabel /> : null}
      </div>
      {removing ? (
        <ConfirmDialog
          open
          onOpenChange={(open) => !open && setRemoving(undefined)}
          title={t("removeTitle", { name: removing.name })}
          description={t("removeText")}
          action={t("removeAction")}
          onConfirm={() => remove.mutateAsync(removing.id)}
        />
      ) : null}
    </Section>
  );
}

function NewLabel() {
  const t = useTranslations("settings.inbox.labels");
  const [name, setName] = useState("");
  const [colour, setColour] = useState<LabelColour>("green");
  const create = useCreateLabel();
  return (
    <form
      noValidate
      className="grid gap-3"
      onSubmit={(event) => {
        event.preventDefault();
        if (name.trim()) create.mutate({ name, colour }, { onSuccess: () => setName("") });
      }}
    >
      <div className="flex flex-wrap items-end gap-2">
        <Field label={t("name")} className="min-w-48 flex-1">
          <Input value={name} maxLength={40} onChange={({ target }) => setName(target.value)} />
        </Field>
        <Field label={t("colour")} className="w-36">
          <Select
            value={colour}
            onValueChange={(value) => setColour(LABEL_COLOURS.find((one) => one === value) ?? "grey")}
            options={LABEL_COLOURS.map((value) => ({ value, label: t(`colours.${value}`) }))}
          />
        </Field>
        <Button type="submit" loading={create.isPending} disabled={name.trim() === ""}>
          {t("add")}
        </Button>
      </div>
      <ErrorNote error={create.error} title={t("notAdded")} />
    </form>
  );
}
