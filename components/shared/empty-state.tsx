import type { LucideIcon } from "lucide-react";
import type { ReactNode } from "react";
import { cn } from "@/components/ui/cn";

type EmptyStateProps = {
  icon?: LucideIcon;
  title: ReactNode;
  /** Where the page has no other heading. */
  heading?: "h1" | "h2";
  description?: ReactNode;
  /** The first step: a button or a link drawn as one. */
  action?: ReactNode;
  /** What helps to start without the screen: a curl line in a `CodeBlock`. */
  children?: ReactNode;
  className?: string;
};

/** Says what belongs here and starts the work. */
export function EmptyState({ icon: Icon, title, heading, description, action, children, className }: EmptyStateProps) {
  const Title = heading ?? "p";
  return (
    <div className={cn("grid justify-items-center gap-3 px-6 py-12 text-center", className)}>
      {Icon ? (
        <span className="grid size-10 place-items-center rounded-lg border bg-surface text-muted">
          <Icon className="size-5" strokeWidth={1.75} aria-hidden />
        </span>
      ) : null}
      <div className="grid gap-1">
        <Title className="font-medium text-base">{title}</Title>
        {description ? <p className="mx-auto max-w-[52ch] text-muted text-sm">{description}</p> : null}
      </div>
      {action ? <div className="flex flex-wrap justify-center gap-2">{action}</div> : null}
      {children ? <div className="mt-2 w-full max-w-2xl text-left">{children}</div> : null}
    </div>
  );
}
