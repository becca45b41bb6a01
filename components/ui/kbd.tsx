import type { ComponentProps } from "react";
import { cn } from "./cn";

export function Kbd({ className, ...props }: ComponentProps<"kbd">) {
  return (
    <kbd
      className={cn(
        "inline-grid h-5 min-w-5 place-items-center rounded-sm border border-border-strong bg-surface px-1 font-sans text-muted text-xs",
        className,
      )}
      {...props}
    />
  );
}
