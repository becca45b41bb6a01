"use client";

import { useSyncExternalStore } from "react";

const never = () => () => undefined;

/** The address this console is reached under, for curl lines that can be pasted as they stand. */
export function useOrigin(): string {
  return useSyncExternalStore(
    never,
    () => window.location.origin,
    () => "http://localhost:3000",
  );
}
