"use client";

import { usePathname } from "next/navigation";
import { useEffect, useRef } from "react";

/**
 * After a page was opened by a link, the focus stands on its heading, so that a screen reader says where one is and the next Tab is in
 * the page. Not where the page has put it somewhere itself, and not when only a panel of the same page was opened or closed.
 */
export function useHeadingFocus(): void {
  const pathname = usePathname();
  const shown = useRef<Element | null>(undefined);

  // biome-ignore lint/correctness/useExhaustiveDependencies: once for every address.
  useEffect(() => {
    const find = () => document.querySelector<HTMLElement>("main h1");
    if (shown.current === undefined) {
      shown.current = find();
      return;
    }
    function move(): boolean {
      const heading = find();
      if (!heading || heading === shown.current) return false;
      shown.current = heading;
      if (isFree(document.activeElement)) {
        heading.tabIndex = -1;
        heading.focus({ preventScroll: true });
      }
      return true;
    }
    if (move()) return;
    // The page's skeleton has no heading yet.
    const observer = new MutationObserver(() => move() && observer.disconnect());
    observer.observe(document.getElementById("content") ?? document.body, { childList: true, subtree: true });
    return () => observer.disconnect();
  }, [pathname]);
}

/** Nothing in the page or in a dialog has been given the focus. */
function isFree(focused: Element | null): boolean {
  return !focused?.closest("main, [role=dialog], [role=alertdialog]") || !focused.isConnected || focused.id === "content";
}
