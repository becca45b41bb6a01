"use client";

import { Search } from "lucide-react";
import dynamic from "next/dynamic";
import { useTranslations } from "next-intl";
import { type ReactNode, useEffect, useState } from "react";
import { loadQuestion } from "@/components/shared/confirm-dialog";
import { Kbd } from "@/components/ui/kbd";
import { useKeys } from "./keys";
import { LineBar } from "./line-bar";
import { LiveUpdates } from "./live-updates";
import { OrganizationSwitcher } from "./organization-switcher";
import { Preferences } from "./preferences";
import { type ConsoleSession, SessionProvider } from "./session";
import { BottomBar, Sidebar } from "./sidebar";
import { useHeadingFocus } from "./use-heading-focus";
import { UserMenu } from "./user-menu";

const loadPalette = () => import("./command-palette");
const CommandPalette = dynamic(() => loadPalette().then((module) => module.CommandPalette), { ssr: false });
const loadKeysDialog = () => import("./keys-dialog");
const KeysDialog = dynamic(() => loadKeysDialog().then((module) => module.KeysDialog), { ssr: false });

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
  // Not needed to show a page, but wanted at once when asked for.
  useEffect(() => whenIdle(() => void Promise.all([loadPalette(), loadKeysDialog(), loadQuestion()])), []);
  useHeadingFocus();
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
              <Preferences />
            </div>
            <UserMenu onShowKeys={() => setKeysOpen(true)} />
            <LineBar />
          </header>
          <main
            id="content"
            tabIndex={-1}
            className="mx-auto w-full max-w-page flex-1 px-4 pt-5 pb-24 focus:outline-none md:px-6 md:pt-6 md:pb-16"
          >
            {children}
          </main>
        </div>
      </div>
      <BottomBar />
      {paletteOpen ? <CommandPalette open onOpenChange={setPaletteOpen} onShowKeys={() => setKeysOpen(true)} /> : null}
      {keysOpen ? <KeysDialog open onOpenChange={setKeysOpen} /> : null}
    </>
  );
}

function whenIdle(act: () => void): () => void {
  if (!("requestIdleCallback" in window)) return () => undefined;
  const id = window.requestIdleCallback(act);
  return () => window.cancelIdleCallback(id);
}

function isApple(): boolean {
  return typeof navigator !== "undefined" && /Mac|iPhone|iPad/.test(navigator.userAgent);
}
