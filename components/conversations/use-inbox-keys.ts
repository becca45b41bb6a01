"use client";

import { useEffect, useRef } from "react";

/** The letter after G goes to a page. */
const SEQUENCE_MS = 1200;

/** What a key does where nobody types and nothing is open above the page. */
export function useInboxKeys(acts: Readonly<Record<string, (() => void) | undefined>>): void {
  const latest = useRef(acts);
  useEffect(() => {
    latest.current = acts;
  });
  useEffect(() => {
    let gPressedAt = 0;
    const onKeyDown = (event: KeyboardEvent) => {
      const isAfterG = event.timeStamp - gPressedAt < SEQUENCE_MS;
      gPressedAt = event.key === "g" ? event.timeStamp : 0;
      if (isAfterG || event.metaKey || event.ctrlKey || event.altKey || event.defaultPrevented || isElsewhere(event.target))
        return;
      const act = latest.current[event.key];
      if (!act) return;
      event.preventDefault();
      act();
    };
    window.addEventListener("keydown", onKeyDown);
    return () => window.removeEventListener("keydown", onKeyDown);
  }, []);
}

function isElsewhere(target: EventTarget | null): boolean {
  const isTyping =
    target instanceof HTMLElement && (target.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(target.tagName));
  return isTyping || document.querySelector("[role=dialog], [role=alertdialog], [role=menu], [role=listbox]") !== null;
}

/** Opens the conversation before (-1) or after (1) the one that is open, in the list as it is shown. */
export function openNeighbour(step: 1 | -1): void {
  const rows = [...document.querySelectorAll<HTMLElement>("[data-conversation]")];
  const present = rows.findIndex((row) => row.getAttribute("aria-current") === "true");
  const next = rows[present === -1 ? 0 : present + step];
  next?.scrollIntoView({ block: "nearest" });
  next?.click();
}
