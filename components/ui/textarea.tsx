"use client";

import type { ComponentProps } from "react";
import { cn } from "./cn";
import { useFieldControl } from "./field";
import { inputStyles } from "./input";

/** Grows with its text where the browser can. */
export function Textarea({ className, ...props }: ComponentProps<"textarea">) {
  return (
    <textarea
      className={cn(inputStyles, "field-sizing-content min-h-20 resize-y px-2.5 py-1.5", className)}
      {...useFieldControl(props)}
    />
  );
}
