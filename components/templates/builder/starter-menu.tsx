"use client";

import { BookOpenText } from "lucide-react";
import { useTranslations } from "next-intl";
import { Button } from "@/components/ui/button";
import { DropdownMenu, DropdownMenuContent, DropdownMenuItem, DropdownMenuTrigger } from "@/components/ui/dropdown-menu";
import { Link } from "@/components/ui/link";
import { STARTER_NAMES } from "@/lib/templates/starters";

/** Begins anew with one of our templates. */
export function StarterMenu({ language }: { language: string }) {
  const t = useTranslations("templates.starters");
  return (
    <DropdownMenu>
      <DropdownMenuTrigger asChild>
        <Button>
          <BookOpenText aria-hidden />
          {t("menu")}
        </Button>
      </DropdownMenuTrigger>
      <DropdownMenuContent>
        {STARTER_NAMES.map((name) => (
          <DropdownMenuItem key={name} asChild>
            <Link href={starterHref(name, language)}>
              <span className="grid">
                <span>{t(`${name}.title`)}</span>
                <span className="text-muted text-xs">{t(`${name}.text`)}</span>
              </span>
            </Link>
          </DropdownMenuItem>
        ))}
      </DropdownMenuContent>
    </DropdownMenu>
  );
}

export function starterHref(name: string, language: string): string {
  return `/templates/new?starter=${name}&language=${encodeURIComponent(language)}`;
}
