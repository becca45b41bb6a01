"use client";

import { useRouter } from "next/navigation";
import { useTranslations } from "next-intl";
import { useState } from "react";
import { useLanguageName } from "@/components/contacts/use-names";
import { ConfirmDialog } from "@/components/shared/confirm-dialog";
import { Field } from "@/components/ui/field";
import { Radio, RadioGroup } from "@/components/ui/radio";
import { toast } from "@/components/ui/toast";
import type { Template } from "@/lib/templates/schema";
import { useRemoveTemplate, useTemplates } from "./queries";

const NEVER_APPROVED = ["DRAFT", "PENDING", "REJECTED"];

/** Deletes a template in its language or in all, and says what Meta locks then. */
export function RemoveDialog({ template, onClose }: { template: Template; onClose: () => void }) {
  const t = useTranslations("templates.remove");
  const router = useRouter();
  const language = useLanguageName();
  const { data = [] } = useTemplates();
  const remove = useRemoveTemplate(template.id);
  const [scope, setScope] = useState<"one" | "all">("one");
  const { name, businessAccountId } = template;
  const all = data.filter((one) => one.name === name && one.businessAccountId === businessAccountId);
  const affected = scope === "all" ? all : [template];
  const isLocked = affected.some(({ status }) => !NEVER_APPROVED.includes(status));
  const isDraft = affected.every(({ metaId }) => metaId === null);
  const spoken = language(template.language);
  return (
    <ConfirmDialog
      open
      onOpenChange={(open) => open || onClose()}
      title={scope === "all" ? t("titleAll", { name, count: all.length }) : t("title", { name, language: spoken })}
      description={[t(isDraft ? "draft" : "text"), ...(isLocked ? [t("locked")] : [])].join(" ")}
      action={t("do")}
      typeToConfirm={isLocked ? name : undefined}
      onConfirm={async () => {
        await remove.mutateAsync(scope === "all");
        toast.success(t("done"));
        router.push("/templates");
      }}
    >
      {all.length > 1 ? (
        <Field label={t("scope")}>
          <RadioGroup value={scope} onValueChange={(value) => setScope(value as "one" | "all")}>
            <Radio value="one" label={t("one", { language: spoken })} />
            <Radio value="all" label={t("all", { count: all.length })} />
          </RadioGroup>
        </Field>
      ) : null}
    </ConfirmDialog>
  );
}
