"use client";

import { Command } from "cmdk";
import { Check, ChevronsUpDown } from "lucide-react";
import { useTranslations } from "next-intl";
import { type ReactNode, useState } from "react";
import { cn } from "./cn";
import { useFieldControl } from "./field";
import { inputStyles } from "./input";
import { Popover, PopoverContent, PopoverTrigger } from "./popover";

export type ComboboxOption = { value: string; label: string; hint?: ReactNode; keywords?: string[] };

type ComboboxProps = {
  value?: string;
  onValueChange: (value: string) => void;
  options: readonly ComboboxOption[];
  placeholder: string;
  searchPlaceholder?: string;
  disabled?: boolean;
  className?: string;
  id?: string;
  "aria-label"?: string;
  /** Give this to search on the server: filtering here is then left off. */
  onSearch?: (text: string) => void;
};

/** One of many, found by typing. */
export function Combobox(props: ComboboxProps) {
  const { value, onValueChange, options, placeholder, searchPlaceholder, disabled, className, onSearch, ...trigger } = props;
  const t = useTranslations("common");
  const [open, setOpen] = useState(false);
  const control = useFieldControl(trigger);
  const chosen = options.find((option) => option.value === value);
  return (
    <Popover open={open} onOpenChange={setOpen}>
      <PopoverTrigger
        {...control}
        type="button"
        disabled={disabled}
        className={cn(inputStyles, "inline-flex h-8 items-center justify-between gap-2 px-2.5 text-left max-md:h-10", className)}
      >
        <span className={cn("truncate", !chosen && "text-muted")}>{chosen?.label ?? value ?? placeholder}</span>
        <ChevronsUpDown className="size-4 shrink-0 text-muted" aria-hidden />
      </PopoverTrigger>
      <PopoverContent className="w-(--radix-popover-trigger-width) min-w-56 p-0" aria-label={placeholder}>
        <Command shouldFilter={!onSearch} label={searchPlaceholder ?? t("search")}>
          <Command.Input
            onValueChange={onSearch}
            placeholder={searchPlaceholder ?? t("search")}
            className="h-9 w-full border-b bg-transparent px-3 text-sm outline-none placeholder:text-muted max-md:text-md"
          />
          <Command.List className="max-h-64 overflow-y-auto p-1">
            <Command.Empty className="px-2 py-3 text-muted text-sm">{t("nothingFound")}</Command.Empty>
            {options.map((option) => (
              <Command.Item
                key={option.value}
                value={option.value}
                keywords={[option.label, ...(option.keywords ?? [])]}
                onSelect={() => {
                  onValueChange(option.value);
                  setOpen(false);
                }}
                className="flex min-h-8 cursor-default select-none items-center gap-2 rounded-md px-2 py-1 text-sm data-[selected=true]:bg-surface-sunken max-md:min-h-10"
              >
                <span className="grid min-w-0 flex-1">
                  <span className="truncate">{option.label}</span>
                  {option.hint ? <span className="truncate text-muted text-xs">{option.hint}</span> : null}
                </span>
                {option.value === value ? <Check className="size-4 shrink-0 text-accent" aria-hidden /> : null}
              </Command.Item>
            ))}
          </Command.List>
        </Command>
      </PopoverContent>
    </Popover>
  );
}
