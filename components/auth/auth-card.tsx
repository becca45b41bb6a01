import type { ReactNode } from "react";
import { cn } from "@/components/ui/cn";

type AuthCardProps = { title: ReactNode; description?: ReactNode; children?: ReactNode; footer?: ReactNode; className?: string };

/** The one thing on a page for strangers. */
export function AuthCard({ title, description, children, footer, className }: AuthCardProps) {
  return (
    <div className={cn("grid w-full max-w-sm gap-5 rounded-lg border bg-surface-raised p-6", className)}>
      <div className="grid gap-1">
        <h1 className="font-semibold text-lg tracking-[-0.01em]">{title}</h1>
        {description ? <div className="text-muted text-sm">{description}</div> : null}
      </div>
      {children}
      {footer ? <div className="border-t pt-4 text-muted text-sm">{footer}</div> : null}
    </div>
  );
}
