import type { ComponentProps } from "react";
import { cn } from "./cn";

export function Skeleton({ className, ...props }: ComponentProps<"div">) {
  return <div aria-hidden className={cn("h-4 animate-shimmer rounded-sm bg-surface-sunken", className)} {...props} />;
}
