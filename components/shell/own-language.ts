"use client";

import { api } from "@/lib/http/client";
import type { Language } from "@/lib/i18n/languages";
import { useChooseLanguage } from "./choices";

/** Changes the language here and now, and in the person's profile: the cookie already decides in this browser, the profile follows. */
export function useOwnLanguage(): (language: Language) => void {
  const choose = useChooseLanguage();
  return (language) => {
    void api.patch("/me", { body: { language } }).catch(() => undefined);
    choose(language);
  };
}
