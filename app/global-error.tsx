"use client";

import "./globals.css";
import { GeistSans } from "geist/font/sans";
import { useSyncExternalStore } from "react";
import { Button } from "@/components/ui/button";
import english from "@/lib/i18n/en/shell.json";
import { LANGUAGE_COOKIE } from "@/lib/i18n/languages";
import turkish from "@/lib/i18n/tr/shell.json";

/** Stands in for the whole document when even the frame could not be drawn, so it brings its own words. */
export default function GlobalError({ retry }: { error: unknown; retry: () => void }) {
  const isTurkish = useSyncExternalStore(
    () => () => undefined,
    wantsTurkish,
    () => false,
  );
  const words = (isTurkish ? turkish : english).failed;
  return (
    <html lang={isTurkish ? "tr" : "en"} className={GeistSans.variable}>
      <body>
        <main className="mx-auto grid min-h-dvh max-w-reading place-content-center justify-items-start gap-3 px-6">
          <h1 className="font-semibold text-lg">{words.title}</h1>
          <p className="text-muted text-sm">{words.description}</p>
          <Button variant="primary" onClick={retry}>
            {words.again}
          </Button>
        </main>
      </body>
    </html>
  );
}

function wantsTurkish(): boolean {
  const chosen = new RegExp(`${LANGUAGE_COOKIE}=(\\w+)`).exec(document.cookie)?.[1];
  return (chosen ?? navigator.language).startsWith("tr");
}
