"use client";

import { useEffect } from "react";

const BADGE = /^\(\d+\+?\) /;

/** How many conversations wait to be read, before the tab's title, whatever page sets the title meanwhile. */
export function useTitleBadge(count: number): void {
  useEffect(() => {
    const show = () => {
      const plain = document.title.replace(BADGE, "");
      const badged = count > 0 ? `(${count > 99 ? "99+" : count}) ${plain}` : plain;
      if (document.title !== badged) document.title = badged;
    };
    show();
    const observer = new MutationObserver(show);
    observer.observe(document.head, { childList: true, subtree: true, characterData: true });
    return () => {
      observer.disconnect();
      document.title = document.title.replace(BADGE, "");
    };
  }, [count]);
}
