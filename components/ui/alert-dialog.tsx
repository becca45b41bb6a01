"use client";

import { AlertDialog as Primitive } from "radix-ui";
import type { ReactNode } from "react";
import { cn } from "./cn";
import { DialogFooter, dialogStyles, overlayStyles } from "./dialog";
import { RememberOpener, useReturnFocus } from "./return-focus";

export const AlertDialog = Primitive.Root;
export const AlertDialogCancel = Primitive.Cancel;

type AlertDialogContentProps = {
  title: ReactNode;
  /** What the act will do, with numbers. */
  description: ReactNode;
  children?: ReactNode;
  footer: ReactNode;
  className?: string;
};

/** A question that must be answered; see components/shared/confirm-dialog for the usual form. */
export function AlertDialogContent({ title, description, children, footer, className }: AlertDialogContentProps) {
  const { opener, onCloseAutoFocus } = useReturnFocus();
  return (
    <Primitive.Portal>
      <Primitive.Overlay className={cn(overlayStyles, "z-50")} />
      <Primitive.Content
        onCloseAutoFocus={onCloseAutoFocus}
        className={cn(dialogStyles, "w-[min(28rem,calc(100vw-1.5rem))]", className)}
      >
        <RememberOpener opener={opener} />
        <div className="grid gap-2 overflow-y-auto px-5 py-4">
          <Primitive.Title className="font-semibold text-md">{title}</Primitive.Title>
          <Primitive.Description asChild>
            <div className="text-muted text-sm">{description}</div>
          </Primitive.Description>
          {children}
        </div>
        <DialogFooter>{footer}</DialogFooter>
      </Primitive.Content>
    </Primitive.Portal>
  );
}
