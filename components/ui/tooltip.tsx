"use client";

import { Tooltip as Primitive } from "radix-ui";
import type { ComponentProps, ReactNode } from "react";
import { cn } from "./cn";

export const TooltipProvider = Primitive.Provider;

type TooltipProps = { content: ReactNode; side?: "top" | "right" | "bottom" | "left"; children: ReactNode } & Pick<
  ComponentProps<typeof Primitive.Content>,
  "className" | "align"
>;

/** Words for something that already has an accessible name: never the only place where a fact stands. */
export function Tooltip({ content, side = "top", align, className, children }: TooltipProps) {
  if (!content) return children;
  return (
    <Primitive.Root>
      <Primitive.Trigger asChild>{children}</Primitive.Trigger>
      <Primitive.Portal>
        <Primitive.Content
          side={side}
          align={align}
          sideOffset={6}
          collisionPadding={8}
          className={cn("z-50 max-w-72 animate-in rounded-md bg-foreground px-2 py-1 text-surface-raised text-xs", className)}
        >
          {content}
        </Primitive.Content>
      </Primitive.Portal>
    </Primitive.Root>
  );
}
