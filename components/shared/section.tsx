import { type ReactNode, useId } from "react";
import { Card, CardBody, CardFooter, CardHeader, CardTitle } from "@/components/ui/card";
import { cn } from "@/components/ui/cn";

type SectionProps = {
  title: ReactNode;
  description?: ReactNode;
  actions?: ReactNode;
  footer?: ReactNode;
  /** False for tables and lists that bring their own edges. */
  padded?: boolean;
  className?: string;
  children: ReactNode;
};

/** A titled part of a page in a card. */
export function Section({ title, description, actions, footer, padded = true, className, children }: SectionProps) {
  const id = useId();
  return (
    <section aria-labelledby={id} className={cn("min-w-0", className)}>
      <Card>
        <CardHeader>
          <div className="grid min-w-0 gap-0.5">
            <CardTitle id={id}>{title}</CardTitle>
            {description ? <p className="max-w-reading text-muted text-sm">{description}</p> : null}
          </div>
          {actions ? <div className="flex flex-wrap items-center gap-2">{actions}</div> : null}
        </CardHeader>
        {padded ? <CardBody>{children}</CardBody> : children}
        {footer ? <CardFooter>{footer}</CardFooter> : null}
      </Card>
    </section>
  );
}
