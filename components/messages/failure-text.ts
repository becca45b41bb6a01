"use client";

import { useLocale } from "next-intl";
import { useEffect, useState } from "react";
import type { Language } from "@/lib/i18n/languages";
import type { Message } from "@/lib/messages/schema";
import { explanationKey } from "@/lib/whatsapp/error-codes";

type FailureText = { title: string; meaning: string; action: string };
const API_LANGUAGE: Language = "en";
const ON_THEIR_WAY: FailureText = { title: "…", meaning: "…", action: "…" };

type Catalogue = { ofMeta: Record<string, FailureText>; own: Record<string, FailureText> };

/** Why a message failed, in the person's language: what happened, why, and what to do. */
export function useFailureText(): (error: NonNullable<Message["error"]>) => FailureText {
  const catalogue = useCatalogue();
  const language = useLocale();
  return ({ code, reason, meaning, action }) => {
    if (!catalogue) return language === API_LANGUAGE ? { title: meaning, meaning, action } : ON_THEIR_WAY;
    const own = code === null ? catalogue.own[reason] : undefined;
    return own ?? catalogue.ofMeta[explanationKey(code)] ?? { title: meaning, meaning, action };
  };
}

/** What one of Meta's codes means, in the person's language; undefined until the words are there. */
export function useCodeTitle(): (code: number) => string | undefined {
  const catalogue = useCatalogue();
  return (code) => (catalogue?.ofMeta[explanationKey(code)] ?? catalogue?.ofMeta.unknown)?.title;
}

const loaded = new Map<Language, Catalogue>();

/** The texts are as large as a page, so they come when a failure is shown: until then the API's own words stand in for its language. */
function useCatalogue(): Catalogue | undefined {
  const language = useLocale();
  const [, setCount] = useState(0);
  useEffect(() => {
    if (loaded.has(language)) return;
    let isOver = false;
    void load(language).then((catalogue) => {
      loaded.set(language, catalogue);
      if (!isOver) setCount((count) => count + 1);
    });
    return () => {
      isOver = true;
    };
  }, [language]);
  return loaded.get(language);
}

const FILES = {
  en: () => Promise.all([import("@/lib/i18n/en/meta-errors.json"), import("@/lib/i18n/en/failures.json")]),
  tr: () => Promise.all([import("@/lib/i18n/tr/meta-errors.json"), import("@/lib/i18n/tr/failures.json")]),
};

async function load(language: Language): Promise<Catalogue> {
  const [ofMeta, own] = await FILES[language]();
  return { ofMeta: ofMeta.default, own: own.default };
}
