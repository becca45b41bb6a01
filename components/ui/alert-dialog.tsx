"use client";

import { AlertDialog as Primitive } from "radix-ui";
import type { ReactNode } from "react";
import { cn } from "./cn";
import { DialogFooter, dialogStyles, overlayStyles } from "./dialog";

export const AlertDialog = Primitive.Root;
export const AlertDialogTrigger = Primitive.Trigger;
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
  return (
    <Primitive.Portal>
      <Primitive.Overlay className={overlayStyles} />
      <Primitive.Content className={cn(dialogStyles, "w-[min(28rem,calc(100vw-1.5rem))]", className)}>
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
