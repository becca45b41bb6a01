"use client";

import { X } from "lucide-react";
import { useTranslations } from "next-intl";
import { Dialog as Primitive } from "radix-ui";
import type { ReactNode } from "react";
import { Button } from "./button";
import { cn } from "./cn";
import { DialogFooter, overlayStyles } from "./dialog";
import { RememberOpener, useReturnFocus } from "./return-focus";

export const Sheet = Primitive.Root;

type SheetContentProps = {
  title: ReactNode;
  description?: ReactNode;
  /** Beside the title: a badge, a menu. */
  actions?: ReactNode;
  footer?: ReactNode;
  side?: "right" | "bottom";
  className?: string;
  children: ReactNode;
};

/** A panel at the side that leaves the list in sight; from below on phones when `side="bottom"`. */
export function SheetContent({ title, description, actions, footer, side = "right", className, children }: SheetContentProps) {
  const t = useTranslations("common");
  const { opener, onCloseAutoFocus } = useReturnFocus();
  return (
    <Primitive.Portal>
      <Primitive.Overlay className={overlayStyles} />
      <Primitive.Content
        onCloseAutoFocus={onCloseAutoFocus}
        {...(description ? {} : { "aria-describedby": undefined })}
        className={cn(
          "fixed z-50 flex flex-col border-border-strong bg-surface-raised focus:outline-none",
          side === "right" && "inset-y-0 right-0 w-[min(34rem,100vw)] animate-panel border-l",
          side === "bottom" &&
            "inset-x-0 bottom-0 max-h-[85dvh] animate-in rounded-t-lg border-t pb-[env(safe-area-inset-bottom)]",
          className,
        )}
      >
        <RememberOpener opener={opener} />
        <div className="flex items-start gap-3 border-b px-5 py-3">
          <div className="grid min-w-0 flex-1 gap-0.5">
            <Primitive.Title className="truncate font-semibold text-md">{title}</Primitive.Title>
            {description ? <Primitive.Description className="text-muted text-sm">{description}</Primitive.Description> : null}
          </div>
          {actions}
          <Primitive.Close asChild>
            <Button variant="ghost" size="icon-sm" aria-label={t("close")} className="-mr-1.5">
              <X aria-hidden />
            </Button>
          </Primitive.Close>
        </div>
        <div className="min-h-0 flex-1 overflow-y-auto px-5 py-4">{children}</div>
        {footer ? <DialogFooter>{footer}</DialogFooter> : null}
      </Primitive.Content>
    </Primitive.Portal>
  );
}
