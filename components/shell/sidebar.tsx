"use client";

import { Ellipsis } from "lucide-react";
import dynamic from "next/dynamic";
import { usePathname } from "next/navigation";
import { useTranslations } from "next-intl";
import { useState } from "react";
import { useAllIntegrations } from "@/components/messages/queries";
import { cn } from "@/components/ui/cn";
import { Link } from "@/components/ui/link";
import { isPresentPlace, NAVIGATION, type NavItem, SANDBOX } from "./navigation";
import { OrganizationSwitcher } from "./organization-switcher";
import { useCan } from "./session";

function useNavigation(): NavItem[] {
  const can = useCan();
  return NAVIGATION.filter((item) => !item.permission || can(item.permission));
}

/** The sandbox's phone, while a sandbox is connected. */
function useSandboxItem(): NavItem | null {
  const can = useCan();
  const { data } = useAllIntegrations({ enabled: can("sandbox:read") && can("integrations:read") });
  return data?.some((integration) => integration.config.sandbox) ? SANDBOX : null;
}

/** Icons from 768 px, icons and words from 1024 px. */
export function Sidebar() {
  const t = useTranslations("shell");
  const items = useNavigation();
  const sandbox = useSandboxItem();
  const pathname = usePathname();
  return (
    <nav
      aria-label={t("navigation")}
      className="sticky top-0 hidden h-dvh w-14 shrink-0 flex-col border-r bg-surface md:flex lg:w-56"
    >
      <div className="flex h-12 items-center px-2 lg:px-3">
        <OrganizationSwitcher />
      </div>
      <div className="flex-1 overflow-y-auto px-2 py-2 lg:px-3">
        <ul className="grid gap-0.5">
          {items.map((item) => (
            <li key={item.name} className={cn(item.name === "settings" && "mt-2 border-t pt-2")}>
              <SideLink item={item} present={isPresentPlace(item, pathname)} />
            </li>
          ))}
        </ul>
      </div>
      {sandbox ? (
        <div className="border-t px-2 py-2 lg:px-3">
          <SideLink item={sandbox} present={isPresentPlace(sandbox, pathname)} />
        </div>
      ) : null}
    </nav>
  );
}

function SideLink({ item, present }: { item: NavItem; present: boolean }) {
  const t = useTranslations("shell.nav");
  const Icon = item.icon;
  return (
    <Link
      href={item.href}
      aria-current={present ? "page" : undefined}
      className={cn(
        "group flex h-8 items-center gap-2.5 rounded-md px-2 text-sm transition-colors max-lg:h-10 max-lg:justify-center",
        present ? "bg-accent-subtle font-medium text-accent" : "text-muted hover:bg-surface-sunken hover:text-foreground",
      )}
    >
      <Icon className="size-4 shrink-0" strokeWidth={present ? 2.25 : 2} aria-hidden />
      <span className="truncate max-lg:fixed max-lg:left-14 max-lg:z-50 max-lg:max-w-72 max-lg:rounded-md max-lg:bg-foreground max-lg:px-2 max-lg:py-1 max-lg:text-surface-raised max-lg:text-xs max-lg:opacity-0 max-lg:group-hover:opacity-100 max-lg:group-focus-visible:opacity-100 max-lg:pointer-events-none">
        {t(item.name)}
      </span>
    </Link>
  );
}

const MoreSheet = dynamic(() => import("./more-sheet").then((module) => module.MoreSheet), { ssr: false });

const IN_BAR = ["overview", "inbox", "messages", "compose"] as const;

/** Below 768 px: four places and the rest. */
export function BottomBar() {
  const t = useTranslations("shell");
  const items = useNavigation();
  const pathname = usePathname();
  const [open, setOpen] = useState(false);
  const inBar = items.filter((item) => IN_BAR.some((name) => name === item.name));
  const sandbox = useSandboxItem();
  const rest = [...items.filter((item) => !inBar.includes(item)), ...(sandbox ? [sandbox] : [])];
  const look = "flex min-w-0 flex-1 flex-col items-center justify-center gap-0.5 rounded-md text-[11px]";
  return (
    <nav
      aria-label={t("navigation")}
      className="fixed inset-x-0 bottom-0 z-30 border-t bg-surface-raised pb-[env(safe-area-inset-bottom)] md:hidden"
    >
      <div className="flex h-14 px-1 py-1">
        {inBar.map((item) => {
          const present = isPresentPlace(item, pathname);
          const Icon = item.icon;
          return (
            <Link
              key={item.name}
              href={item.href}
              aria-current={present ? "page" : undefined}
              className={cn(look, present ? "font-medium text-accent" : "text-muted")}
            >
              <Icon className="size-5" strokeWidth={present ? 2.25 : 1.75} aria-hidden />
              <span className="max-w-full truncate">{t(`nav.${item.name}`)}</span>
            </Link>
          );
        })}
        <button
          type="button"
          aria-haspopup="dialog"
          aria-expanded={open}
          onClick={() => setOpen(true)}
          className={cn(look, rest.some((item) => isPresentPlace(item, pathname)) ? "font-medium text-accent" : "text-muted")}
        >
          <Ellipsis className="size-5" aria-hidden />
          {t("more")}
        </button>
        {open ? <MoreSheet items={rest} onClose={() => setOpen(false)} /> : null}
      </div>
    </nav>
  );
}
