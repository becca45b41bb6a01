"use client";

import "./globals.css";
import { GeistSans } from "geist/font/sans";
import { useSyncExternalStore } from "react";
import { LANGUAGE_COOKIE } from "@/lib/i18n/languages";

/** Few, and not out of the catalogues: this stands in every page's bundle. */
const WORDS = {
  en: {
    title: "This page could not be shown",
    description: "Nothing was changed. Try again; if it keeps failing, tell whoever runs this installation.",
    again: "Try again",
  },
  tr: {
    title: "Bu sayfa gösterilemedi",
    description: "Hiçbir şey değişmedi. Yeniden deneyin; sorun sürerse kurulumu yöneten kişiye haber verin.",
    again: "Yeniden dene",
  },
};

/** Stands in for the whole document when even the frame could not be drawn, so it brings its own words. */
export default function GlobalError({ retry }: { error: unknown; retry: () => void }) {
  const isTurkish = useSyncExternalStore(
    () => () => undefined,
    wantsTurkish,
    () => false,
  );
  const words = WORDS[isTurkish ? "tr" : "en"];
  return (
    <html lang={isTurkish ? "tr" : "en"} className={GeistSans.variable}>
      <body>
        <main className="mx-auto grid min-h-dvh max-w-reading place-content-center justify-items-start gap-3 px-6">
          <h1 className="font-semibold text-lg">{words.title}</h1>
          <p className="text-muted text-sm">{words.description}</p>
          <button
            type="button"
            onClick={retry}
            className="h-8 rounded-md bg-accent px-3 font-medium text-accent-foreground text-sm hover:bg-accent-hover"
          >
            {words.again}
          </button>
        </main>
      </body>
    </html>
  );
}

function wantsTurkish(): boolean {
  const chosen = new RegExp(`${LANGUAGE_COOKIE}=(\\w+)`).exec(document.cookie)?.[1];
  return (chosen ?? navigator.language).startsWith("tr");
}
