"use client";

import { Check, ChevronDown } from "lucide-react";
import { Select as Primitive } from "radix-ui";
import type { ComponentProps, ReactNode } from "react";
import { cn } from "./cn";
import { useFieldControl } from "./field";
import { inputStyles } from "./input";
import { menuItemStyles, menuStyles } from "./menu-styles";

export type SelectOption = { value: string; label: ReactNode; hint?: ReactNode; disabled?: boolean };

type SelectProps = {
  value?: string;
  onValueChange?: (value: string) => void;
  options: readonly SelectOption[];
  placeholder?: string;
  disabled?: boolean;
  name?: string;
  className?: string;
  id?: string;
  "aria-label"?: string;
};

/** One of a few. With react-hook-form use `Controller`; past a dozen options use `Combobox`. A value may not be "". */
export function Select({ value, onValueChange, options, placeholder, disabled, name, className, ...trigger }: SelectProps) {
  const control = useFieldControl(trigger);
  return (
    <Primitive.Root value={value} onValueChange={onValueChange} disabled={disabled} name={name}>
      <Primitive.Trigger
        {...control}
        className={cn(
          inputStyles,
          "inline-flex h-8 items-center justify-between gap-2 px-2.5 text-left data-placeholder:text-muted max-md:h-10 [&>span]:truncate",
          className,
        )}
      >
        <Primitive.Value placeholder={placeholder} />
        <Primitive.Icon asChild>
          <ChevronDown className="size-4 shrink-0 text-muted" aria-hidden />
        </Primitive.Icon>
      </Primitive.Trigger>
      <Primitive.Portal>
        <Primitive.Content
          position="popper"
          sideOffset={4}
          className={cn(menuStyles, "max-h-(--radix-select-content-available-height) min-w-(--radix-select-trigger-width)")}
        >
          <Primitive.Viewport>
            {options.map((option) => (
              <Primitive.Item
                key={option.value}
                value={option.value}
                disabled={option.disabled}
                className={cn(menuItemStyles, "pr-8")}
              >
                <span className="grid min-w-0">
                  <Primitive.ItemText>{option.label}</Primitive.ItemText>
                  {option.hint ? <span className="text-muted text-xs">{option.hint}</span> : null}
                </span>
                <Primitive.ItemIndicator className="absolute right-2">
                  <Check className="size-4 text-accent" aria-hidden />
                </Primitive.ItemIndicator>
              </Primitive.Item>
            ))}
          </Primitive.Viewport>
        </Primitive.Content>
      </Primitive.Portal>
    </Primitive.Root>
  );
}

/** The browser's own select, for `register()` and for long lists on phones. */
export function NativeSelect({ className, children, ...props }: ComponentProps<"select">) {
  return (
    <span className="relative grid">
      <select className={cn(inputStyles, "h-8 appearance-none pr-8 pl-2.5 max-md:h-10", className)} {...useFieldControl(props)}>
        {children}
      </select>
      <ChevronDown className="-translate-y-1/2 pointer-events-none absolute top-1/2 right-2.5 size-4 text-muted" aria-hidden />
    </span>
  );
}
