"use client";

import { Progress as Primitive } from "radix-ui";
import { cn } from "./cn";

type ProgressProps = { value: number; max?: number; label: string; className?: string };

export function Progress({ value, max = 100, label, className }: ProgressProps) {
  const share = max > 0 ? Math.min(1, Math.max(0, value / max)) : 0;
  return (
    <Primitive.Root
      value={Math.min(value, max)}
      max={max > 0 ? max : 1}
      aria-label={label}
      className={cn("h-1.5 w-full overflow-hidden rounded-full bg-surface-sunken", className)}
    >
      <Primitive.Indicator
        className="h-full rounded-full bg-accent transition-[width] duration-300"
        style={{ width: `${share * 100}%` }}
      />
    </Primitive.Root>
  );
}
