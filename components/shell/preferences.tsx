"use client";

import { Languages, Monitor, Moon, Sun, SunMoon } from "lucide-react";
import { useLocale, useTranslations } from "next-intl";
import { useTheme } from "next-themes";
import { Button } from "@/components/ui/button";
import {
  DropdownMenu,
  DropdownMenuContent,
  DropdownMenuLabel,
  DropdownMenuRadioGroup,
  DropdownMenuRadioItem,
  DropdownMenuTrigger,
} from "@/components/ui/dropdown-menu";
import { isLanguage, LANGUAGE_NAMES, LANGUAGES } from "@/lib/i18n/languages";
import { useOwnLanguage } from "./own-language";

const THEMES = [
  { name: "light", icon: Sun },
  { name: "dark", icon: Moon },
  { name: "system", icon: Monitor },
] as const;

/** The two choices that concern the whole console: language and theme. */
export function Preferences() {
  return (
    <>
      <LanguageMenu />
      <ThemeMenu />
    </>
  );
}

function LanguageMenu() {
  const t = useTranslations("shell");
  return (
    <DropdownMenu>
      <DropdownMenuTrigger asChild>
        <Button variant="ghost" size="icon" aria-label={t("language")} title={t("language")}>
          <Languages aria-hidden />
        </Button>
      </DropdownMenuTrigger>
      <DropdownMenuContent align="end">
        <LanguageItems />
      </DropdownMenuContent>
    </DropdownMenu>
  );
}

function ThemeMenu() {
  const t = useTranslations("shell");
  return (
    <DropdownMenu>
      <DropdownMenuTrigger asChild>
        <Button variant="ghost" size="icon" aria-label={t("theme")} title={t("theme")}>
          <SunMoon aria-hidden />
        </Button>
      </DropdownMenuTrigger>
      <DropdownMenuContent align="end">
        <ThemeItems />
      </DropdownMenuContent>
    </DropdownMenu>
  );
}

export function LanguageItems() {
  const t = useTranslations("shell");
  const chooseLanguage = useOwnLanguage();
  const language = useLocale();
  return (
    <>
      <DropdownMenuLabel>{t("language")}</DropdownMenuLabel>
      <DropdownMenuRadioGroup value={language} onValueChange={(value) => isLanguage(value) && chooseLanguage(value)}>
        {LANGUAGES.map((code) => (
          <DropdownMenuRadioItem key={code} value={code} lang={code}>
            {LANGUAGE_NAMES[code]}
          </DropdownMenuRadioItem>
        ))}
      </DropdownMenuRadioGroup>
    </>
  );
}

export function ThemeItems() {
  const t = useTranslations("shell");
  const { theme = "system", setTheme } = useTheme();
  return (
    <>
      <DropdownMenuLabel>{t("theme")}</DropdownMenuLabel>
      <DropdownMenuRadioGroup value={theme} onValueChange={setTheme}>
        {THEMES.map(({ name, icon: Icon }) => (
          <DropdownMenuRadioItem key={name} value={name}>
            {t(`themes.${name}`)}
            <Icon className="ml-auto text-muted" aria-hidden />
          </DropdownMenuRadioItem>
        ))}
      </DropdownMenuRadioGroup>
    </>
  );
}
