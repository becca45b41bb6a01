"use client";

import { NextIntlClientProvider, useLocale, useMessages, useTimeZone } from "next-intl";
import { useSession } from "@/components/shell/session";
import type { Messages } from "@/lib/i18n/catalogue";
import type { Template } from "@/lib/templates/schema";
import { Builder } from "./builder";
import { emptyDraft, toDraft } from "./draft";
import { NotCovered } from "./not-covered";

type BuilderPageProps = {
  /** The builder's own words, which no other page carries. */
  words: Messages["builder"];
  integrationId: string;
  template?: Template;
};

/** The builder with its words and what it begins with. */
export function BuilderPage({ words, integrationId, template }: BuilderPageProps) {
  const { organization } = useSession();
  const messages = { ...useMessages(), builder: words };
  const initial = template
    ? toDraft(template, integrationId)
    : emptyDraft(integrationId, organization.languages[0]?.replace("-", "_") ?? "en");
  return (
    <NextIntlClientProvider locale={useLocale()} timeZone={useTimeZone()} messages={messages}>
      {initial ? <Builder initial={initial} template={template} /> : <NotCovered id={template?.id ?? ""} />}
    </NextIntlClientProvider>
  );
}
