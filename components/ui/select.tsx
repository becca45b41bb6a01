"use client";

import { Check, ChevronDown } from "lucide-react";
import { type ComponentProps, type ReactNode, useEffect, useId, useRef, useState } from "react";
import { cn } from "./cn";
import { useFieldControl, useFieldLabelId } from "./field";
import { Floating, useRoving } from "./floating";
import { inputStyles } from "./input";
import { menuItemStyles, menuStyles } from "./menu-styles";

export type SelectOption = { value: string; label: ReactNode; hint?: ReactNode; disabled?: boolean };

type SelectProps = {
  value?: string;
  onValueChange?: (value: string) => void;
  options: readonly SelectOption[];
  placeholder?: string;
  disabled?: boolean;
  className?: string;
  id?: string;
  "aria-label"?: string;
};

const OPTIONS = "[role=option]:not([aria-disabled=true])";

/** One of a few. With react-hook-form use `Controller`; past a dozen options use `Combobox`. A value may not be "". */
export function Select({ value, onValueChange, options, placeholder, disabled, className, ...given }: SelectProps) {
  const ownId = useId();
  const labelId = useFieldLabelId();
  const control = useFieldControl({ ...given, id: given.id });
  const [open, setOpen] = useState(false);
  const trigger = useRef<HTMLButtonElement>(null);
  const chosen = options.find((option) => option.value === value);

  function choose(option: SelectOption) {
    if (option.disabled) return;
    setOpen(false);
    trigger.current?.focus({ preventScroll: true });
    if (option.value !== value) onValueChange?.(option.value);
  }

  return (
    <>
      <button
        {...control}
        ref={trigger}
        type="button"
        role="combobox"
        aria-haspopup="listbox"
        aria-expanded={open}
        aria-controls={`${ownId}-list`}
        aria-labelledby={given["aria-label"] || !labelId ? undefined : labelId}
        disabled={disabled}
        onClick={() => setOpen(!open)}
        onKeyDown={(event) => {
          if (event.key !== "ArrowDown" && event.key !== "ArrowUp") return;
          event.preventDefault();
          setOpen(true);
        }}
        className={cn(
          inputStyles,
          "inline-flex h-8 items-center justify-between gap-2 px-2.5 text-left max-md:h-10 [&>span]:truncate",
          !chosen && "text-muted",
          className,
        )}
      >
        <span>{chosen?.label ?? placeholder}</span>
        <ChevronDown className="size-4 shrink-0 text-muted" aria-hidden />
      </button>
      {open ? (
        <Options
          id={`${ownId}-list`}
          label={given["aria-label"]}
          labelId={labelId}
          anchor={trigger}
          value={value}
          options={options}
          onChoose={choose}
          onClose={() => setOpen(false)}
        />
      ) : null}
    </>
  );
}

type OptionsProps = {
  id: string;
  label: string | undefined;
  labelId: string | undefined;
  anchor: React.RefObject<HTMLButtonElement | null>;
  value: string | undefined;
  options: readonly SelectOption[];
  onChoose: (option: SelectOption) => void;
  onClose: () => void;
};

function Options({ id, label, labelId, anchor, value, options, onChoose, onClose }: OptionsProps) {
  const surface = useRef<HTMLDivElement>(null);
  const { focusItem, moveByKey } = useRoving(surface, OPTIONS);
  // biome-ignore lint/correctness/useExhaustiveDependencies: once, when it opens.
  useEffect(() => focusItem("chosen"), []);
  return (
    <Floating
      ref={surface}
      anchor={anchor}
      onDismiss={onClose}
      role="listbox"
      id={id}
      aria-label={label}
      aria-labelledby={label ? undefined : labelId}
      tabIndex={-1}
      className={cn(menuStyles, "min-w-(--trigger-width)")}
      onKeyDown={(event) => {
        if (event.ctrlKey || event.metaKey || event.altKey) return;
        if (event.key === "Tab") {
          anchor.current?.focus();
          onClose();
        } else if (moveByKey(event.key, event.timeStamp)) {
          event.preventDefault();
          event.stopPropagation();
        }
      }}
    >
      {options.map((option) => (
        <div
          key={option.value}
          role="option"
          tabIndex={-1}
          aria-selected={option.value === value}
          aria-disabled={option.disabled || undefined}
          className={cn(menuItemStyles, "pr-8 focus:bg-surface-sunken")}
          onPointerMove={(event) => {
            if (event.pointerType === "mouse" && !option.disabled) event.currentTarget.focus({ preventScroll: true });
          }}
          onKeyDown={(event) => {
            if (event.key !== "Enter" && event.key !== " ") return;
            event.preventDefault();
            onChoose(option);
          }}
          onClick={() => onChoose(option)}
        >
          <span className="grid min-w-0">
            <span>{option.label}</span>
            {option.hint ? <span className="text-muted text-xs">{option.hint}</span> : null}
          </span>
          {option.value === value ? <Check className="absolute right-2 size-4 text-accent" aria-hidden /> : null}
        </div>
      ))}
    </Floating>
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
