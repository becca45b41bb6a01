import type { ReactNode } from "react";
import { cn } from "@/components/ui/cn";

/** Facts of one thing: `<KeyValues><KeyValue label="Status">…</KeyValue></KeyValues>`. */
export function KeyValues({ children, className }: { children: ReactNode; className?: string }) {
  return <dl className={cn("grid text-sm", className)}>{children}</dl>;
}

export function KeyValue({ label, children, className }: { label: ReactNode; children: ReactNode; className?: string }) {
  return (
    <div
      className={cn(
        "grid grid-cols-[minmax(6rem,34%)_minmax(0,1fr)] items-baseline gap-4 border-b py-2 first:pt-0 last:border-0 last:pb-0",
        className,
      )}
    >
      <dt className="text-muted">{label}</dt>
      <dd className="min-w-0 break-words">{children}</dd>
    </div>
  );
}
