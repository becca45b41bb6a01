"use client";

import { useTranslations } from "next-intl";
import { useLanguageName } from "@/components/contacts/use-names";
import { statusLook, useStatusLabel } from "@/components/shared/status-badge";
import { toneColor } from "@/components/ui/badge";
import { Link } from "@/components/ui/link";
import type { Template } from "@/lib/templates/schema";

/** A template's languages, each with its state and leading to it. */
export function LanguageChips({ templates }: { templates: readonly Template[] }) {
  const t = useTranslations("templates");
  const language = useLanguageName();
  const label = useStatusLabel("template");
  return (
    <ul aria-label={t("languages")} className="flex flex-wrap gap-1 max-md:justify-end">
      {templates.map((template) => {
        const { icon: Icon, tone } = statusLook("template", template.status);
        const name = `${language(template.language)}: ${label(template.status)}`;
        return (
          <li key={template.id}>
            <Link
              href={`/templates/${template.id}`}
              prefetch={false}
              title={name}
              aria-label={`${template.language}, ${name}`}
              className="relative z-20 inline-flex h-6 min-w-6 items-center gap-1 rounded-sm border px-1.5 font-medium text-xs hover:border-border-strong hover:bg-surface-sunken"
            >
              <Icon className="size-3" style={{ color: toneColor(tone) }} aria-hidden />
              {template.language}
            </Link>
          </li>
        );
      })}
    </ul>
  );
}
