"use client";

import Link from "next/link";
import { usePathname } from "next/navigation";
import { cn } from "@/components/ui/cn";
import { tabListStyles, tabStyles } from "@/components/ui/tabs";

type TabLink = { href: string; label: React.ReactNode };

/** Tabs that are pages of their own, as in settings. */
export function TabLinks({ label, links, className }: { label: string; links: readonly TabLink[]; className?: string }) {
  const pathname = usePathname();
  return (
    <nav aria-label={label} className={cn(tabListStyles, "mb-5", className)}>
      {links.map(({ href, label: text }) => {
        const active = pathname === href;
        return (
          <Link
            key={href}
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
