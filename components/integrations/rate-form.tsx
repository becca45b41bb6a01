"use client";

import { useTranslations } from "next-intl";
import { useState } from "react";
import { ErrorNote } from "@/components/shared/error-note";
import { OvertakenNote } from "@/components/shared/overtaken-note";
import { useOvertaken } from "@/components/shared/use-overtaken";
import { Button } from "@/components/ui/button";
import { Field } from "@/components/ui/field";
import { Input } from "@/components/ui/input";
import { toast } from "@/components/ui/toast";
import type { Integration } from "@/lib/integrations/schema";
import { useUpdateIntegration } from "./queries";

/** Messages a second: Meta's figure, or a lower one of the operator's. */
export function RateForm({ integration, canWrite }: { integration: Integration; canWrite: boolean }) {
  const t = useTranslations("integrations.rate");
  const common = useTranslations("common");
  const { limit, set } = integration.ratePerSecond;
  const [text, setText] = useState<string | null>(null);
  const update = useUpdateIntegration(integration.id);
  const isOvertaken = useOvertaken(set, text !== null) && !update.isPending;
  const shown = text ?? (set === null ? "" : String(set));
  const value = shown.trim() === "" ? null : Number(shown);
  const isWrong = value !== null && (!Number.isInteger(value) || value < 1 || value > limit);
  const isChanged = value !== set;

  return (
    <form
      className="grid gap-3"
      onSubmit={(event) => {
        event.preventDefault();
        if (isWrong || !isChanged) return;
        update.mutate(
          { ratePerSecond: value, updatedAt: integration.updatedAt },
          {
            onSuccess: () => {
              setText(null);
              toast.success(common("saved"));
            },
          },
        );
      }}
    >
      <div className="flex items-end gap-2">
        <Field
          label={t("label")}
          error={isWrong ? t("wrong", { limit }) : undefined}
          hint={t("hint", { limit })}
          className="flex-1"
        >
          <Input
            type="number"
            inputMode="numeric"
            min={1}
            max={limit}
            placeholder={String(limit)}
            value={shown}
            disabled={!canWrite}
            onChange={(event) => setText(event.target.value)}
          />
        </Field>
      </div>
      {isOvertaken ? (
        <OvertakenNote onTakeTheirs={() => setText(null)} />
      ) : (
        <ErrorNote error={update.error} title={t("notSaved")} />
      )}
      {canWrite && isChanged ? (
        <div className="flex gap-2">
          <Button type="submit" variant="primary" size="sm" loading={update.isPending} disabled={isWrong}>
            {t("save")}
          </Button>
          <Button size="sm" onClick={() => setText(null)}>
            {common("cancel")}
          </Button>
        </div>
      ) : null}
    </form>
  );
}
