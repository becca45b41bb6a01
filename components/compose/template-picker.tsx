"use client";

import { ChevronsUpDown } from "lucide-react";
import { useTranslations } from "next-intl";
import { useMemo, useState } from "react";
import { useLanguageName } from "@/components/contacts/use-names";
import { StatusBadge } from "@/components/shared/status-badge";
import { useCategoryLabel } from "@/components/templates/use-words";
import { cn } from "@/components/ui/cn";
import { useFieldControl } from "@/components/ui/field";
import { inputStyles } from "@/components/ui/input";
import { OptionList } from "@/components/ui/option-list";
import { Popover, PopoverContent, PopoverTrigger } from "@/components/ui/popover";
import type { Template } from "@/lib/templates/schema";

type TemplatePickerProps = {
  templates: readonly Template[];
  value: Template | undefined;
  onChange: (template: Template) => void;
  disabled?: boolean;
};

/** One of the account's templates in one language, found by name or text; those that may be sent come first. */
export function TemplatePicker({ templates, value, onChange, disabled }: TemplatePickerProps) {
  const t = useTranslations("compose.template");
  const language = useLanguageName();
  const category = useCategoryLabel();
  const control = useFieldControl({});
  const [open, setOpen] = useState(false);
  const options = useMemo(() => {
    const inOrder = [...templates].sort((a, b) => Number(b.status === "APPROVED") - Number(a.status === "APPROVED"));
    return inOrder.map((template) => {
      const body = template.components.find((component) => component.type.toUpperCase() === "BODY")?.text ?? "";
      const keywords = [language(template.language), category(template.category), body];
      return { value: template.id, label: template.name, keywords, template, body };
    });
  }, [templates, language, category]);
  return (
    <Popover open={open} onOpenChange={setOpen}>
      <PopoverTrigger
        {...control}
        type="button"
        disabled={disabled}
        className={cn(inputStyles, "flex min-h-8 items-center gap-2 px-2.5 py-1 text-left max-md:min-h-10")}
      >
        {value ? (
          <>
            <span className="truncate font-mono text-xs">{value.name}</span>
            <span className="shrink-0 text-muted text-xs">{language(value.language)}</span>
            <StatusBadge kind="template" status={value.status} className="ml-auto shrink-0" />
          </>
        ) : (
          <span className="text-muted">{t("choose")}</span>
        )}
        <ChevronsUpDown className={cn("size-4 shrink-0 text-muted", !value && "ml-auto")} aria-hidden />
      </PopoverTrigger>
      <PopoverContent className="w-(--trigger-width) min-w-72 p-0" aria-label={t("choose")}>
        <OptionList
          options={options}
          value={value?.id}
          label={t("search")}
          nothingFound={t("nothingFound")}
          className="max-h-80"
          onChoose={({ template }) => {
            onChange(template);
            setOpen(false);
          }}
        >
          {({ template, body }) => (
            <span className="grid min-w-0 flex-1 gap-0.5 py-0.5">
              <span className="flex items-center gap-2">
                <span className="truncate font-mono text-xs">{template.name}</span>
                <span className="shrink-0 text-muted text-xs">
                  {language(template.language)} · {category(template.category)}
                </span>
                <StatusBadge kind="template" status={template.status} plain className="ml-auto shrink-0" />
              </span>
              <span className="truncate text-muted text-xs">{body}</span>
            </span>
          )}
        </OptionList>
      </PopoverContent>
    </Popover>
  );
}
