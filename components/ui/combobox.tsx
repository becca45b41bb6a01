"use client";

import { ChevronsUpDown } from "lucide-react";
import { useTranslations } from "next-intl";
import { useState } from "react";
import { cn } from "./cn";
import { useFieldControl } from "./field";
import { inputStyles } from "./input";
import { type Option, OptionList } from "./option-list";
import { Popover, PopoverContent, PopoverTrigger } from "./popover";

type ComboboxProps = {
  value?: string;
  onValueChange: (value: string) => void;
  options: readonly Option[];
  placeholder: string;
  searchPlaceholder?: string;
  disabled?: boolean;
  className?: string;
  id?: string;
  "aria-label"?: string;
};

/** One of many, found by typing. */
export function Combobox(props: ComboboxProps) {
  const { value, onValueChange, options, placeholder, searchPlaceholder, disabled, className, ...trigger } = props;
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
      <PopoverContent className="w-(--trigger-width) min-w-56 p-0" aria-label={placeholder}>
        <OptionList
          options={options}
          value={value}
          label={searchPlaceholder ?? t("search")}
          nothingFound={t("nothingFound")}
          onChoose={(option) => {
            onValueChange(option.value);
            setOpen(false);
          }}
        />
      </PopoverContent>
    </Popover>
  );
}
