"use client";

import { useSyncExternalStore } from "react";

const never = () => () => undefined;

/**
 * False while React takes over what the server drew, true from then on. What is known by then only in the browser (another part
 * of the page asked for it) must not be drawn before: the server had drawn the page without it.
 */
export function useHydrated(): boolean {
  return useSyncExternalStore(
    never,
    () => true,
    () => false,
  );
}
