"use client";

import { Command } from "cmdk";
import { ChevronsUpDown } from "lucide-react";
import { useTranslations } from "next-intl";
import { useState } from "react";
import { useLanguageName } from "@/components/contacts/use-names";
import { StatusBadge } from "@/components/shared/status-badge";
import { useCategoryLabel } from "@/components/templates/use-words";
import { cn } from "@/components/ui/cn";
import { useFieldControl } from "@/components/ui/field";
import { inputStyles } from "@/components/ui/input";
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
  const inOrder = [...templates].sort((a, b) => Number(b.status === "APPROVED") - Number(a.status === "APPROVED"));
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
      <PopoverContent className="w-(--radix-popover-trigger-width) min-w-72 p-0" aria-label={t("choose")}>
        <Command label={t("search")}>
          <Command.Input
            placeholder={t("search")}
            className="h-9 w-full border-b bg-transparent px-3 text-sm outline-none placeholder:text-muted max-md:text-md"
          />
          <Command.List className="max-h-80 overflow-y-auto p-1">
            <Command.Empty className="px-2 py-3 text-muted text-sm">{t("nothingFound")}</Command.Empty>
            {inOrder.map((template) => {
              const body = template.components.find((component) => component.type.toUpperCase() === "BODY")?.text ?? "";
              return (
                <Command.Item
                  key={template.id}
                  value={template.id}
                  keywords={[
                    template.name,
                    template.name.replaceAll("_", " "),
                    language(template.language),
                    category(template.category),
                    body,
                  ]}
                  onSelect={() => {
                    onChange(template);
                    setOpen(false);
                  }}
                  className="grid cursor-default select-none gap-0.5 rounded-md px-2 py-1.5 text-sm data-[selected=true]:bg-surface-sunken"
                >
                  <span className="flex items-center gap-2">
                    <span className="truncate font-mono text-xs">{template.name}</span>
                    <span className="shrink-0 text-muted text-xs">
                      {language(template.language)} · {category(template.category)}
                    </span>
                    <StatusBadge kind="template" status={template.status} plain className="ml-auto shrink-0" />
                  </span>
                  <span className="truncate text-muted text-xs">{body}</span>
                </Command.Item>
              );
            })}
          </Command.List>
        </Command>
      </PopoverContent>
    </Popover>
  );
}
