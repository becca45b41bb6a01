"use client";

import { Check, Minus } from "lucide-react";
import type { ComponentProps } from "react";
import { cn } from "./cn";
import { useFieldControl } from "./field";

type CheckboxProps = Omit<ComponentProps<"button">, "onChange" | "role"> & {
  /** "indeterminate": some of what it stands for. */
  checked: boolean | "indeterminate";
  onCheckedChange: (checked: boolean) => void;
};

export function Checkbox({ className, checked, onCheckedChange, ...props }: CheckboxProps) {
  const Mark = checked === "indeterminate" ? Minus : Check;
  return (
    // biome-ignore lint/a11y/useSemanticElements: drawn as ours; an input cannot hold a picture.
    <button
      type="button"
      role="checkbox"
      aria-checked={checked === "indeterminate" ? "mixed" : checked}
      className={cn(
        "relative grid size-4 shrink-0 place-items-center rounded-sm border border-border-strong bg-surface-raised transition-colors after:absolute after:-inset-2 hover:border-muted disabled:opacity-50",
        checked && "border-accent bg-accent hover:border-accent",
        className,
      )}
      onClick={() => onCheckedChange(checked !== true)}
      onKeyDown={(event) => {
        // Enter belongs to the form.
        if (event.key === "Enter") event.preventDefault();
      }}
      {...useFieldControl(props)}
    >
      {checked ? <Mark className="size-3 text-accent-foreground" strokeWidth={3} aria-hidden /> : null}
    </button>
  );
}
