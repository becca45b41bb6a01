"use client";

import { X } from "lucide-react";
import { useTranslations } from "next-intl";
import { Dialog as Primitive } from "radix-ui";
import type { ComponentProps, ReactNode } from "react";
import { Button } from "./button";
import { cn } from "./cn";
import { RememberOpener, useReturnFocus } from "./return-focus";

export const Dialog = Primitive.Root;
export const DialogTrigger = Primitive.Trigger;

export const overlayStyles = "fixed inset-0 z-40 bg-(--overlay) animate-in";
export const dialogStyles =
  "-translate-x-1/2 fixed top-[12vh] left-1/2 z-50 flex max-h-[80vh] w-[min(32rem,calc(100vw-1.5rem))] flex-col rounded-lg border border-border-strong bg-surface-raised shadow-[0_24px_64px_-24px_rgb(0_0_0/0.45)] focus:outline-none";

type DialogContentProps = Omit<ComponentProps<typeof Primitive.Content>, "title"> & {
  title: ReactNode;
  description?: ReactNode;
  /** Buttons, the primary one last. */
  footer?: ReactNode;
};

export function DialogContent({ title, description, footer, className, children, ...props }: DialogContentProps) {
  const t = useTranslations("common");
  const { opener, onCloseAutoFocus } = useReturnFocus();
  return (
    <Primitive.Portal>
      <Primitive.Overlay className={overlayStyles} />
      <Primitive.Content
        onCloseAutoFocus={onCloseAutoFocus}
        className={cn(dialogStyles, className)}
        {...(description ? {} : { "aria-describedby": undefined })}
        {...props}
      >
        <RememberOpener opener={opener} />
        <div className="flex items-start gap-3 px-5 pt-4 pb-3">
          <div className="grid min-w-0 flex-1 gap-1">
            <Primitive.Title className="font-semibold text-md">{title}</Primitive.Title>
            {description ? <Primitive.Description className="text-muted text-sm">{description}</Primitive.Description> : null}
          </div>
          <Primitive.Close asChild>
            <Button variant="ghost" size="icon-sm" aria-label={t("close")} className="-mr-1.5">
              <X aria-hidden />
            </Button>
          </Primitive.Close>
        </div>
        <div className="min-h-0 flex-1 overflow-y-auto px-5 pb-5">{children}</div>
        {footer ? <DialogFooter>{footer}</DialogFooter> : null}
      </Primitive.Content>
    </Primitive.Portal>
  );
}

export function DialogFooter({ className, ...props }: ComponentProps<"div">) {
  return (
    <div className={cn("flex flex-wrap justify-end gap-2 border-t px-5 py-3 max-md:flex-col-reverse", className)} {...props} />
  );
}
