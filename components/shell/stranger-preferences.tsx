"use client";

import { useLocale, useTranslations } from "next-intl";
import { useTheme } from "next-themes";
import type { ComponentProps } from "react";
import { useHydrated } from "@/components/shared/use-hydrated";
import { isLanguage, LANGUAGE_NAMES, LANGUAGES } from "@/lib/i18n/languages";
import { useChooseLanguage } from "./choices";

const THEMES = ["light", "dark", "system"] as const;

/** The two choices that also a stranger has. The browser's own lists: a page with two fields needs no menus of ours. */
export function StrangerPreferences() {
  const t = useTranslations("shell");
  const language = useLocale();
  const chooseLanguage = useChooseLanguage();
  const { theme = "system", setTheme } = useTheme();
  const hydrated = useHydrated();
  return (
    <>
      <Choice
        aria-label={t("language")}
        value={language}
        onChange={({ target }) => isLanguage(target.value) && chooseLanguage(target.value)}
      >
        {LANGUAGES.map((code) => (
          <option key={code} value={code} lang={code}>
            {LANGUAGE_NAMES[code]}
          </option>
        ))}
      </Choice>
      <Choice aria-label={t("theme")} value={hydrated ? theme : "system"} onChange={({ target }) => setTheme(target.value)}>
        {THEMES.map((name) => (
          <option key={name} value={name}>
            {t(`themes.${name}`)}
          </option>
        ))}
      </Choice>
    </>
  );
}

function Choice(props: ComponentProps<"select">) {
  return (
    <select
      className="h-8 cursor-pointer rounded-md bg-transparent px-2 text-muted text-sm transition-colors field-sizing-content hover:bg-surface-sunken hover:text-foreground max-md:h-10 [&>option]:bg-surface-raised [&>option]:text-foreground"
      {...props}
    />
  );
}
