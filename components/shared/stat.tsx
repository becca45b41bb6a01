import type { ReactNode } from "react";
import { cn } from "@/components/ui/cn";

type StatProps = {
  label: ReactNode;
  value: ReactNode;
  hint?: ReactNode;
  /** The one figure of the page that matters is `large` (28 px). */
  size?: "normal" | "large";
  children?: ReactNode;
  className?: string;
};

export function Stat({ label, value, hint, size = "normal", children, className }: StatProps) {
  return (
    <div className={cn("grid min-w-0 content-start gap-0.5", className)}>
      <p className="truncate text-muted text-xs">{label}</p>
      <p className={cn("font-semibold tabular-nums leading-9 tracking-[-0.01em]", size === "large" ? "text-xl" : "text-lg")}>
        {value}
      </p>
      {hint ? <p className="text-muted text-xs">{hint}</p> : null}
      {children}
    </div>
  );
}
