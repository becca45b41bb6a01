"use client";

import { usePathname } from "next/navigation";
import { useEffect, useRef } from "react";
import { cn } from "@/components/ui/cn";
import { Link } from "@/components/ui/link";
import { tabListStyles, tabStyles } from "@/components/ui/tabs";

type TabLink = { href: string; label: React.ReactNode };

/** Tabs that are pages of their own, as in settings. */
export function TabLinks({ label, links, className }: { label: string; links: readonly TabLink[]; className?: string }) {
  const pathname = usePathname();
  const present = useRef<HTMLAnchorElement>(null);
  // On a phone the present tab may lie outside of what is seen.
  // biome-ignore lint/correctness/useExhaustiveDependencies: the ref's link changes with the pathname.
  useEffect(() => {
    // Browsers disagree on whether this returns a promise.
    void present.current?.scrollIntoView({ block: "nearest", inline: "center" });
  }, [pathname]);
  return (
    <nav aria-label={label} className={cn(tabListStyles, "mb-5", className)}>
      {links.map(({ href, label: text }) => {
        const active = pathname === href;
        return (
          <Link
            key={href}
            ref={active ? present : undefined}
            href={href}
            aria-current={active ? "page" : undefined}
            data-state={active ? "active" : undefined}
            className={tabStyles}
          >
            {text}
          </Link>
        );
      })}
    </nav>
  );
}
