"use client";

import { useRouter } from "next/navigation";
import { useEffect, useRef } from "react";
import { leaveWith } from "@/components/shared/unsaved";
import { NAVIGATION, SANDBOX } from "./navigation";

const SEQUENCE_MS = 1200;

/** Keys that work wherever nobody is typing: Ctrl or ⌘ K, `?`, `/` for the list's search, `g` and a letter. */
export function useKeys({ openPalette, openKeys }: { openPalette: () => void; openKeys: () => void }): void {
  const router = useRouter();
  const act = useRef({ openPalette, openKeys });
  useEffect(() => {
    act.current = { openPalette, openKeys };
  });

  useEffect(() => {
    let gPressedAt = 0;
    function press(event: KeyboardEvent) {
      if (event.key.toLowerCase() === "k" && (event.metaKey || event.ctrlKey) && !event.shiftKey && !event.altKey) {
        event.preventDefault();
        act.current.openPalette();
        return;
      }
      if (event.metaKey || event.ctrlKey || event.altKey || event.defaultPrevented || isTyping(event.target)) return;
      if (event.key === "?") {
        event.preventDefault();
        act.current.openKeys();
        return;
      }
      if (event.key === "/") {
        const search = document.querySelector<HTMLInputElement>("[data-list-search]");
        if (search) event.preventDefault();
        search?.focus();
        return;
      }
      if (event.key === "g") {
        gPressedAt = event.timeStamp;
        return;
      }
      const place = [...NAVIGATION, SANDBOX].find(({ key }) => key === event.key);
      if (place && event.timeStamp - gPressedAt < SEQUENCE_MS) leaveWith(() => router.push(place.href));
      gPressedAt = 0;
    }
    document.addEventListener("keydown", press);
    return () => document.removeEventListener("keydown", press);
  }, [router]);
}

function isTyping(target: EventTarget | null): boolean {
  if (!(target instanceof HTMLElement)) return false;
  if (target.isContentEditable || target.matches("input, textarea, select")) return true;
  return target.closest("[role=dialog], [role=alertdialog], [role=menu], [role=listbox]") !== null;
}
