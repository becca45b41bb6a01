import { ChevronLeft } from "lucide-react";
import type { ReactNode } from "react";
import { cn } from "@/components/ui/cn";
import { Link } from "@/components/ui/link";

type PageHeaderProps = {
  title: ReactNode;
  /** One sentence: what this page is for. */
  description?: ReactNode;
  /** The primary action, and at most two lesser ones before it. */
  actions?: ReactNode;
  /** Beside the title: a status badge, an id. */
  aside?: ReactNode;
  /** Where a detail page came from. */
  back?: { href: string; label: string };
  className?: string;
};

export function PageHeader({ title, description, actions, aside, back, className }: PageHeaderProps) {
  return (
    <header className={cn("mb-5 grid gap-2", className)}>
      {back ? (
        <Link href={back.href} className="-ml-1 inline-flex w-fit items-center gap-0.5 text-muted text-sm hover:text-foreground">
          <ChevronLeft className="size-4" aria-hidden />
          {back.label}
        </Link>
      ) : null}
      <div className="flex flex-wrap items-start justify-between gap-x-6 gap-y-3">
        <div className="grid min-w-0 gap-1">
          <div className="flex min-w-0 flex-wrap items-center gap-x-3 gap-y-1">
            <h1 className="min-w-0 focus:outline-none break-words font-semibold text-lg tracking-[-0.01em]">{title}</h1>
            {aside}
          </div>
          {description ? <p className="max-w-reading text-muted text-sm">{description}</p> : null}
        </div>
        {actions ? <div className="flex flex-wrap items-center gap-2 max-md:w-full max-md:[&>*]:flex-1">{actions}</div> : null}
      </div>
    </header>
  );
}
