"use client";

import { useLocale, useTranslations } from "next-intl";
import { useAllIntegrations } from "@/components/messages/queries";
import { WhatsappWall } from "@/components/shared/whatsapp-bubble";
import { useCan, useSession } from "@/components/shell/session";
import { Link } from "@/components/ui/link";
import { STARTER_NAMES, type Starter, starterOf } from "@/lib/templates/starters";
import { codeTexts } from "@/lib/whatsapp/code-texts";
import { templateVariables } from "@/lib/whatsapp/template-rules";
import { starterHref } from "./builder/starter-menu";
import { TemplatePreview } from "./template-preview";

/** Our own templates, for who has none yet: each leads to the builder. */
export function Starters() {
  const t = useTranslations("templates.starters");
  const can = useCan();
  const locale = useLocale();
  const { organization } = useSession();
  const { data: integrations = [] } = useAllIntegrations();
  if (!can("templates:write") || integrations.length === 0) return null;
  const language = organization.languages[0] ?? locale;
  return (
    <section aria-labelledby="starters" className="grid gap-3">
      <div className="grid gap-0.5">
        <h2 id="starters" className="font-semibold text-base">
          {t("title")}
        </h2>
        <p className="text-muted text-sm">{t("text")}</p>
      </div>
      <ul className="columns-1 gap-4 sm:columns-2 xl:columns-3">
        {STARTER_NAMES.map((name) => (
          <li
            key={name}
            className="relative mb-4 break-inside-avoid overflow-hidden rounded-lg border bg-surface-raised hover:border-border-strong"
          >
            <div className="grid px-3 py-2.5">
              <Link
                href={starterHref(name, language)}
                className="font-medium text-sm after:absolute after:inset-0 after:z-10 focus-visible:outline-0 focus-visible:after:rounded-lg focus-visible:after:outline-2 focus-visible:after:outline-focus focus-visible:after:-outline-offset-2"
              >
                {t(`${name}.title`)}
              </Link>
              <span className="text-muted text-xs">{t(`${name}.text`)}</span>
            </div>
            <WhatsappWall className="rounded-none border-0 border-t">
              <StarterPreview starter={starterOf(name, language)} />
            </WhatsappWall>
          </li>
        ))}
      </ul>
    </section>
  );
}

const CODE = "123456";

function StarterPreview({ starter }: { starter: Starter }) {
  const isCode = starter.category === "AUTHENTICATION";
  const components = isCode ? inMetasWords(starter) : starter.components;
  const examples = templateVariables(components, starter.parameterFormat).map(({ key, example = CODE }) => [key, example]);
  return <TemplatePreview template={{ ...starter, components }} values={Object.fromEntries(examples)} />;
}

function inMetasWords({ components, language }: Starter): Starter["components"] {
  const words = codeTexts(language);
  return components.map((part) => {
    if (part.type === "BODY") return { ...part, text: words.body + words.advice };
    return part.type === "FOOTER" ? { ...part, text: words.footer(Number(part.code_expiration_minutes)) } : part;
  });
}
