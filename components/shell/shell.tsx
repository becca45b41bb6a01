"use client";

import { useQuery } from "@tanstack/react-query";
import { Search, Smartphone } from "lucide-react";
import Link from "next/link";
import { usePathname } from "next/navigation";
import { useTranslations } from "next-intl";
import { type ReactNode, useState } from "react";
import { Kbd } from "@/components/ui/kbd";
import { api } from "@/lib/http/client";
import type { Page } from "@/lib/http/paging";
import type { Integration } from "@/lib/integrations/schema";
import { CommandPalette } from "./command-palette";
import { useKeys } from "./keys";
import { KeysDialog } from "./keys-dialog";
import { LiveUpdates } from "./live-updates";
import { SANDBOX } from "./navigation";
import { OrganizationSwitcher } from "./organization-switcher";
import { Preferences } from "./preferences";
import { type ConsoleSession, SessionProvider, useCan } from "./session";
import { BottomBar, Sidebar } from "./sidebar";
import { UserMenu } from "./user-menu";

type ShellProps = { session: ConsoleSession; children: ReactNode };

/** The frame around every page of the console. */
export function Shell({ session, children }: ShellProps) {
  return (
    <SessionProvider session={session}>
      <LiveUpdates />
      <Frame>{children}</Frame>
    </SessionProvider>
  );
}

function Frame({ children }: { children: ReactNode }) {
  const t = useTranslations("shell");
  const [paletteOpen, setPaletteOpen] = useState(false);
  const [keysOpen, setKeysOpen] = useState(false);
  useKeys({ openPalette: () => setPaletteOpen((open) => !open), openKeys: () => setKeysOpen(true) });
  return (
    <>
      <a
        href="#content"
        className="sr-only focus:not-sr-only focus:fixed focus:top-2 focus:left-2 focus:z-50 focus:rounded-md focus:bg-accent focus:px-3 focus:py-2 focus:font-medium focus:text-accent-foreground focus:text-sm"
      >
        {t("skipToContent")}
      </a>
      <div className="flex min-h-dvh">
        <Sidebar />
        <div className="flex min-w-0 flex-1 flex-col">
          <header className="sticky top-0 z-20 flex h-12 items-center gap-1 border-b bg-surface/95 px-3 backdrop-blur-sm md:px-5">
            <div className="mr-auto min-w-0 md:hidden">
              <OrganizationSwitcher inHeader />
            </div>
            <button
              type="button"
              onClick={() => setPaletteOpen(true)}
              className="flex h-8 items-center gap-2 rounded-md text-muted text-sm transition-colors hover:text-foreground max-md:size-10 max-md:justify-center md:mr-auto md:w-72 md:border md:bg-surface-raised md:px-2.5 md:hover:border-border-strong"
            >
              <Search className="size-4 shrink-0" aria-hidden />
              <span className="truncate max-md:sr-only">{t("palette.hint")}</span>
              <Kbd className="ml-auto max-md:hidden" suppressHydrationWarning>
                {isApple() ? "⌘K" : "Ctrl K"}
              </Kbd>
            </button>
            <div className="contents max-md:hidden">
              <Preferences signedIn />
            </div>
            <UserMenu onShowKeys={() => setKeysOpen(true)} />
          </header>
          <main
            id="content"
            tabIndex={-1}
            className="mx-auto w-full max-w-page flex-1 px-4 pt-5 pb-28 focus:outline-none md:px-6 md:pt-6 md:pb-16"
          >
            {children}
          </main>
        </div>
      </div>
      <BottomBar />
      <SandboxDoor />
      <CommandPalette open={paletteOpen} onOpenChange={setPaletteOpen} onShowKeys={() => setKeysOpen(true)} />
      <KeysDialog open={keysOpen} onOpenChange={setKeysOpen} />
    </>
  );
}

function isApple(): boolean {
  return typeof navigator !== "undefined" && /Mac|iPhone|iPad/.test(navigator.userAgent);
}

/** While a sandbox is connected its phone is one press away. */
function SandboxDoor() {
  const t = useTranslations("shell");
  const can = useCan();
  const pathname = usePathname();
  const allowed = can("sandbox:read") && can("integrations:read");
  const { data: hasSandbox } = useQuery({
    queryKey: ["integrations", "sandbox-door"],
    queryFn: ({ signal }) => api.get<Page<Integration>>("/integrations", { query: { limit: 100 }, signal }),
    select: (page) => page.data.some((integration) => integration.config.sandbox),
    enabled: allowed,
  });
  if (!hasSandbox || pathname.startsWith(SANDBOX.href)) return null;
  return (
    <aside aria-label={t("sandboxDoor")}>
      <Link
        href={SANDBOX.href}
        className="fixed right-4 bottom-[calc(4.25rem+env(safe-area-inset-bottom))] z-20 flex h-10 items-center gap-2 rounded-full border border-border-strong bg-surface-raised px-3.5 font-medium text-sm shadow-[0_8px_24px_-12px_rgb(0_0_0/0.35)] transition-colors hover:border-accent hover:text-accent max-md:w-10 max-md:justify-center max-md:px-0 md:right-6 md:bottom-6"
      >
        <Smartphone className="size-4 shrink-0 text-accent" aria-hidden />
        <span className="max-md:sr-only">{t("nav.sandbox")}</span>
      </Link>
    </aside>
  );
}
