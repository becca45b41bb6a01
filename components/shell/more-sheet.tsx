"use client";

import { usePathname } from "next/navigation";
import { useTranslations } from "next-intl";
import { cn } from "@/components/ui/cn";
import { Link } from "@/components/ui/link";
import { Sheet, SheetContent } from "@/components/ui/sheet";
import { isPresentPlace, type NavItem } from "./navigation";

/** The places that have no room in the bar of a phone. */
export function MoreSheet({ items, onClose }: { items: NavItem[]; onClose: () => void }) {
  const t = useTranslations("shell");
  const pathname = usePathname();
  return (
    <Sheet open onOpenChange={(open) => open || onClose()}>
      <SheetContent side="bottom" title={t("more")}>
        <ul className="-mx-2 grid gap-1">
          {items.map((item) => {
            const Icon = item.icon;
            const present = isPresentPlace(item, pathname);
            return (
              <li key={item.name}>
                <Link
                  href={item.href}
                  onClick={onClose}
                  aria-current={present ? "page" : undefined}
                  className={cn(
                    "flex h-11 items-center gap-3 rounded-md px-3 text-base",
                    present && "bg-accent-subtle font-medium text-accent",
                  )}
                >
                  <Icon className="size-5" strokeWidth={1.75} aria-hidden />
                  {t(`nav.${item.name}`)}
                </Link>
              </li>
            );
          })}
        </ul>
      </SheetContent>
    </Sheet>
  );
}
