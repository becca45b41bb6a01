"use client";

import { RadioGroup as Primitive } from "radix-ui";
import { type ComponentProps, type ReactNode, useId } from "react";
import { cn } from "./cn";
import { useFieldControl, useFieldLabelId } from "./field";

export function RadioGroup({ className, ...props }: ComponentProps<typeof Primitive.Root>) {
  const labelId = useFieldLabelId();
  return <Primitive.Root aria-labelledby={labelId} className={cn("grid gap-2", className)} {...useFieldControl(props)} />;
}

type RadioProps = { value: string; label: ReactNode; hint?: ReactNode; disabled?: boolean; className?: string };

/** One choice. */
export function Radio({ value, label, hint, disabled, className }: RadioProps) {
  const id = useId();
  return (
    <div className={cn("flex items-start gap-2.5", className)}>
      <Dot id={id} value={value} disabled={disabled} hint={Boolean(hint)} />
      <Words id={id} label={label} hint={hint} />
    </div>
  );
}

/** One choice as a bordered card, where the choice shapes the rest of the page. */
export function RadioCard({ value, label, hint, disabled, className }: RadioProps) {
  const id = useId();
  return (
    <div
      className={cn(
        "relative flex items-start gap-2.5 rounded-lg border border-border-strong bg-surface-raised p-3 transition-colors hover:border-muted has-data-[state=checked]:border-accent has-data-[state=checked]:bg-accent-subtle",
        className,
      )}
    >
      <Dot id={id} value={value} disabled={disabled} hint={Boolean(hint)} stretched />
      <Words id={id} label={label} hint={hint} />
    </div>
  );
}

type DotProps = { id: string; value: string; disabled?: boolean; hint: boolean; stretched?: boolean };

function Dot({ id, value, disabled, hint, stretched }: DotProps) {
  return (
    <Primitive.Item
      id={id}
      value={value}
      disabled={disabled}
      aria-describedby={hint ? `${id}-note` : undefined}
      className={cn(
        "mt-0.5 grid size-4 shrink-0 place-items-center rounded-full border border-border-strong bg-surface-raised transition-colors hover:border-muted disabled:opacity-50 data-[state=checked]:border-accent data-[state=checked]:bg-accent",
        stretched && "after:absolute after:inset-0",
      )}
    >
      <Primitive.Indicator className="size-1.5 rounded-full bg-accent-foreground" />
    </Primitive.Item>
  );
}

function Words({ id, label, hint }: { id: string; label: ReactNode; hint?: ReactNode }) {
  return (
    <div className="grid min-w-0 gap-0.5">
      <label htmlFor={id} className="font-medium text-sm">
        {label}
      </label>
      {hint ? (
        <p id={`${id}-note`} className="text-muted text-xs">
          {hint}
        </p>
      ) : null}
    </div>
  );
}
