"use client";

import { NextIntlClientProvider, useLocale, useMessages, useTimeZone } from "next-intl";
import { useSession } from "@/components/shell/session";
import type { Messages } from "@/lib/i18n/catalogue";
import type { Template } from "@/lib/templates/schema";
import type { Starter } from "@/lib/templates/starters";
import { Builder } from "./builder";
import { emptyDraft, toDraft } from "./draft";
import { NotCovered } from "./not-covered";

type BuilderPageProps = {
  /** The builder's own words, which no other page carries. */
  words: Messages["builder"];
  integrationId: string;
  template?: Template;
  /** What a new one begins with. */
  starter?: Starter;
};

/** The builder with its words and what it begins with. */
export function BuilderPage({ words, integrationId, template, starter }: BuilderPageProps) {
  const { organization } = useSession();
  const messages = { ...useMessages(), builder: words };
  const given = template ?? starter;
  const initial = given
    ? toDraft(given, integrationId)
    : emptyDraft(integrationId, organization.languages[0]?.replace("-", "_") ?? "en");
  return (
    <NextIntlClientProvider locale={useLocale()} timeZone={useTimeZone()} messages={messages}>
      {initial ? (
        <Builder initial={initial} template={template} starter={starter?.name} />
      ) : (
        <NotCovered id={template?.id ?? ""} />
      )}
    </NextIntlClientProvider>
  );
}
