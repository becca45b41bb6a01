"use client";

import { useRouter } from "next/navigation";
import { useTranslations } from "next-intl";
import { useId, useState } from "react";
import { ErrorNote } from "@/components/shared/error-note";
import { Button } from "@/components/ui/button";
import { Combobox } from "@/components/ui/combobox";
import { Dialog, DialogContent } from "@/components/ui/dialog";
import { Field } from "@/components/ui/field";
import { Input } from "@/components/ui/input";
import type { Template } from "@/lib/templates/schema";
import { toName, useLanguageOptions } from "./builder/about-part";
import { useDuplicateTemplate, useTemplates } from "./queries";

/** Makes a draft of a template, in another language or under another name. */
export function DuplicateDialog({ template, onClose }: { template: Template; onClose: () => void }) {
  const t = useTranslations("templates.duplicate");
  const common = useTranslations("common");
  const router = useRouter();
  const formId = useId();
  const duplicate = useDuplicateTemplate(template.id);
  const { data: templates = [] } = useTemplates();
  const [name, setName] = useState(template.name);
  const [language, setLanguage] = useState<string>();
  const taken = templates.filter((one) => one.name === name && one.businessAccountId === template.businessAccountId);
  const options = useLanguageOptions();
  const isTaken = taken.some((one) => one.language === language);
  return (
    <Dialog open onOpenChange={(open) => open || onClose()}>
      <DialogContent
        title={t("title", { name: template.name })}
        description={t("description")}
        footer={
          <>
            <Button onClick={onClose}>{common("cancel")}</Button>
            <Button
              variant="primary"
              type="submit"
              form={formId}
              loading={duplicate.isPending}
              disabled={!language || name === "" || isTaken}
            >
              {t("do")}
            </Button>
          </>
        }
      >
        <form
          id={formId}
          noValidate
          className="grid gap-4"
          onSubmit={(event) => {
            event.preventDefault();
            duplicate.mutate({ name, language }, { onSuccess: ({ id }) => router.push(`/templates/${id}/edit`) });
          }}
        >
          <Field label={t("language")} error={isTaken ? t("taken") : undefined}>
            <Combobox
              value={language}
              onValueChange={setLanguage}
              options={options.filter(({ value }) => !taken.some((one) => one.language === value))}
              placeholder={t("language")}
            />
          </Field>
          <Field label={t("name")}>
            <Input className="font-mono" value={name} onChange={(event) => setName(toName(event.target.value))} />
          </Field>
          <ErrorNote error={duplicate.error} />
        </form>
      </DialogContent>
    </Dialog>
  );
}
