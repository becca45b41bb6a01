import { Check } from "lucide-react";
import { useTranslations } from "next-intl";
import type { ReactNode } from "react";
import { cn } from "@/components/ui/cn";

const STEPS = ["owner", "connect", "message", "api"] as const;
export type Step = (typeof STEPS)[number];

/** The four steps above, the present one's card below. */
export function SetupFrame({ step, children, footer }: { step: Step; children: ReactNode; footer?: ReactNode }) {
  const t = useTranslations("setup");
  const present = STEPS.indexOf(step);
  return (
    <div className="grid w-full max-w-2xl gap-6">
      <ol aria-label={t("steps.label")} className="grid grid-cols-4 gap-2">
        {STEPS.map((name, index) => {
          const isDone = index < present;
          return (
            <li key={name} aria-current={index === present ? "step" : undefined} className="grid content-start gap-2">
              <span aria-hidden className={cn("h-1 rounded-full", index <= present ? "bg-accent" : "bg-border-strong")} />
              <span
                className={cn(
                  "flex items-center gap-1.5 text-xs",
                  index === present ? "font-medium text-foreground" : "text-muted",
                )}
              >
                {isDone ? (
                  <Check className="size-3.5 shrink-0 text-success" aria-hidden />
                ) : (
                  <span className="tabular-nums">{index + 1}</span>
                )}
                <span className={cn("truncate", index !== present && "max-sm:sr-only")}>{t(`steps.${name}`)}</span>
                {isDone ? <span className="sr-only">{t("steps.done")}</span> : null}
              </span>
            </li>
          );
        })}
      </ol>
      {children}
      {footer}
    </div>
  );
}

type StepCardProps = { title: ReactNode; description: ReactNode; children: ReactNode; footer?: ReactNode };

export function StepCard({ title, description, children, footer }: StepCardProps) {
  return (
    <div className="min-w-0 rounded-lg border bg-surface-raised">
      <div className="grid gap-1 border-b px-5 py-4">
        <h1 className="font-semibold text-lg tracking-[-0.01em]">{title}</h1>
        <p className="max-w-reading text-muted text-sm">{description}</p>
      </div>
      <div className="p-5">{children}</div>
      {footer ? <div className="flex flex-wrap items-center justify-end gap-2 border-t px-5 py-3">{footer}</div> : null}
    </div>
  );
}
