"use client";

import { Tabs as Primitive } from "radix-ui";
import type { ComponentProps } from "react";
import { cn } from "./cn";

export const Tabs = Primitive.Root;

/** The line and the look shared by tabs in a page and links between pages (`TabLinks` in components/shared). */
export const tabListStyles = "flex gap-2 overflow-x-auto border-b [scrollbar-width:none]";
export const tabStyles =
  "-mb-px inline-flex h-9 shrink-0 items-center gap-1.5 rounded-t-sm px-1.5 border-transparent border-b-2 text-muted text-sm transition-colors hover:text-foreground focus-visible:-outline-offset-2 data-[state=active]:border-accent data-[state=active]:font-medium data-[state=active]:text-foreground";

export function TabsList({ className, ...props }: ComponentProps<typeof Primitive.List>) {
  return <Primitive.List className={cn(tabListStyles, className)} {...props} />;
}

export function TabsTrigger({ className, ...props }: ComponentProps<typeof Primitive.Trigger>) {
  return <Primitive.Trigger className={cn(tabStyles, className)} {...props} />;
}

export function TabsContent({ className, ...props }: ComponentProps<typeof Primitive.Content>) {
  return <Primitive.Content className={cn("pt-4", className)} {...props} />;
}
