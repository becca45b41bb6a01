import { CircleAlert, CircleCheck, Info, TriangleAlert } from "lucide-react";
import type { ReactNode } from "react";
import { cn } from "@/components/ui/cn";

const LOOKS = {
  info: { icon: Info, color: "var(--text-muted)", ground: "bg-surface-raised" },
  success: { icon: CircleCheck, color: "var(--success)", ground: "bg-success-subtle" },
  warning: { icon: TriangleAlert, color: "var(--warning)", ground: "bg-warning-subtle" },
  danger: { icon: CircleAlert, color: "var(--danger)", ground: "bg-danger-subtle" },
} as const;

type NoteProps = { tone?: keyof typeof LOOKS; title?: ReactNode; children?: ReactNode; action?: ReactNode; className?: string };

/** Something the person should know here and now: a warning, a hint, a result. */
export function Note({ tone = "info", title, children, action, className }: NoteProps) {
  const { icon: Icon, color, ground } = LOOKS[tone];
  return (
    <div
      style={{ "--tone": color } as React.CSSProperties}
      className={cn(
        "flex flex-wrap gap-x-2.5 gap-y-2 rounded-lg border border-[color-mix(in_oklab,var(--tone)_30%,transparent)] p-3 text-sm",
        ground,
        className,
      )}
    >
      <Icon className="mt-0.5 size-4 shrink-0 text-(--tone)" aria-hidden />
      <div className="grid min-w-0 flex-1 basis-48 gap-0.5">
        {title ? <p className="font-medium">{title}</p> : null}
        {children ? <div className={cn("break-words", title ? "text-muted" : null)}>{children}</div> : null}
      </div>
      {action ? <div className="shrink-0 self-center">{action}</div> : null}
    </div>
  );
}
