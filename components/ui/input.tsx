"use client";

import type { ComponentProps } from "react";
import { cn } from "./cn";
import { useFieldControl } from "./field";

export const inputStyles =
  "w-full min-w-0 rounded-md border border-border-strong bg-surface-raised text-foreground text-sm transition-colors placeholder:text-muted hover:border-muted focus-visible:border-focus focus-visible:outline-1 focus-visible:outline-offset-0 disabled:cursor-not-allowed disabled:bg-surface-sunken disabled:text-muted aria-invalid:border-danger max-md:text-md";

export function Input({ className, ...props }: ComponentProps<"input">) {
  return <input className={cn(inputStyles, "h-8 px-2.5 max-md:h-10", className)} {...useFieldControl(props)} />;
}
