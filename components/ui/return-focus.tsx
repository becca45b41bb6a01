"use client";

import { type RefObject, useEffect, useRef, useState } from "react";

/**
 * Gives the focus back to what opened a dialog. Radix does so for its own triggers only; most of ours are opened by a row, a menu or
 * an address, and a person at the keyboard would start again at the top of the page.
 */
export function useReturnFocus() {
  const opener = useRef<HTMLElement | null>(null);
  return {
    opener,
    onCloseAutoFocus: (event: Event) => {
      if (!opener.current?.isConnected) return;
      event.preventDefault();
      opener.current.focus();
    },
  };
}

/** Stands inside the dialog's content, so that it looks before the focus has moved in. */
export function RememberOpener({ opener }: { opener: RefObject<HTMLElement | null> }) {
  const [found] = useState(findOpener);
  useEffect(() => {
    opener.current = found;
  }, [opener, found]);
  return null;
}

/** A menu is gone when the dialog closes; its button is still there. */
function findOpener(): HTMLElement | null {
  const focused = document.activeElement;
  const button = focused?.closest("[role=menu]")?.getAttribute("aria-labelledby");
  if (button) return document.getElementById(button);
  return focused instanceof HTMLElement && focused !== document.body ? focused : null;
}
