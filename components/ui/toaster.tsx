"use client";

import { CircleAlert, CircleCheck, Info, LoaderCircle, TriangleAlert } from "lucide-react";
import { useEffect, useRef } from "react";
import { Toaster as Sonner, toast } from "sonner";

export type ToasterProps = {
  label: string;
  /** Called once it listens, with what shows a toast. */
  onReady: (
    show: (kind: "success" | "error" | "warning" | "info", title: string, options?: { description?: string }) => void,
  ) => void;
};

export function Toaster({ label, onReady }: ToasterProps) {
  const ready = useRef(onReady);
  useEffect(() => ready.current((kind, title, options) => void toast[kind](title, options)), []);
  return (
    <Sonner
      containerAriaLabel={label}
      style={{ fontFamily: "inherit" }}
      position="top-center"
      gap={8}
      offset={12}
      mobileOffset={{ top: "64px", left: "12px", right: "12px" }}
      icons={{
        success: <CircleCheck className="size-4 text-success" aria-hidden />,
        error: <CircleAlert className="size-4 text-danger" aria-hidden />,
        warning: <TriangleAlert className="size-4 text-warning" aria-hidden />,
        info: <Info className="size-4 text-muted" aria-hidden />,
        loading: <LoaderCircle className="size-4 animate-spin text-muted" aria-hidden />,
      }}
      toastOptions={{
        unstyled: true,
        classNames: {
          toast:
            "flex w-full items-start gap-2.5 rounded-lg border border-border-strong bg-surface-raised p-3 text-sm text-foreground shadow-[0_8px_24px_-12px_rgb(0_0_0/0.35)] md:w-[22rem]",
          icon: "mt-0.5 shrink-0",
          title: "font-medium",
          description: "text-muted",
          content: "min-w-0 flex-1",
          actionButton: "shrink-0 rounded-md border border-border-strong px-2 py-0.5 text-xs font-medium hover:bg-surface-sunken",
          cancelButton: "shrink-0 rounded-md px-2 py-0.5 text-xs text-muted hover:bg-surface-sunken",
        },
      }}
    />
  );
}
