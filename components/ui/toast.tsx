"use client";

import { type ComponentType, useEffect, useState } from "react";
import type { ToasterProps } from "./toaster";

type Kind = "success" | "error" | "warning" | "info";
type Options = { description?: string };
type Shown = (kind: Kind, title: string, options?: Options) => void;

let show: Shown | undefined;
let wake: (() => void) | undefined;
const waiting: Parameters<Shown>[] = [];

function say(...toast: Parameters<Shown>): void {
  if (show) show(...toast);
  else {
    waiting.push(toast);
    wake?.();
  }
}

/** A word at the edge of the screen about what was just done. */
export const toast = {
  success: (title: string, options?: Options) => say("success", title, options),
  error: (title: string, options?: Options) => say("error", title, options),
  warning: (title: string, options?: Options) => say("warning", title, options),
  info: (title: string, options?: Options) => say("info", title, options),
};

/** Loads what draws toasts with the first one. */
export function Toaster({ label }: { label: string }) {
  const [Drawn, setDrawn] = useState<ComponentType<ToasterProps>>();
  useEffect(() => {
    wake = () => void import("./toaster").then((module) => setDrawn(() => module.Toaster));
    if (waiting.length > 0) wake();
    return () => {
      wake = undefined;
      show = undefined;
    };
  }, []);
  return Drawn ? (
    <Drawn
      label={label}
      onReady={(shown) => {
        show = shown;
        for (const toast of waiting.splice(0)) show(...toast);
      }}
    />
  ) : null;
}
