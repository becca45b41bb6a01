"use client";

import { useTranslations } from "next-intl";
import { useMemo } from "react";
import { useLanguageName } from "@/components/contacts/use-names";
import { useAllIntegrations } from "@/components/messages/queries";
import { Section } from "@/components/shared/section";
import { Combobox } from "@/components/ui/combobox";
import { Field } from "@/components/ui/field";
import { Input } from "@/components/ui/input";
import { Radio, RadioCard, RadioGroup } from "@/components/ui/radio";
import { Select } from "@/components/ui/select";
import { foldText } from "@/lib/i18n/fold";
import { TEMPLATE_LANGUAGES } from "@/lib/whatsapp/template-languages";
import { TEMPLATE_LIMITS } from "@/lib/whatsapp/template-rules";
import { useCategoryLabel } from "../use-words";
import { Counter } from "./counter";
import { type Category, type Draft, sampleKey, variablesOf } from "./draft";
import type { Change } from "./editor";
import { useProblem } from "./problems";

const CATEGORIES = ["UTILITY", "MARKETING", "AUTHENTICATION"] as const;

/** What Meta lets nobody change any more. */
export type Locked = { identity: boolean; category: boolean; account: boolean };

type PartProps = { draft: Draft; change: Change };

/** What the template is called, in which language it speaks, and what it is for. */
export function AboutPart({ draft, change, locked }: PartProps & { locked: Locked }) {
  const t = useTranslations("builder");
  const problem = useProblem();
  const category = useCategoryLabel();
  return (
    <Section title={t("about.title")}>
      <div className="grid gap-4">
        <Account draft={draft} change={change} isLocked={locked.account} />
        <div className="grid gap-4 sm:grid-cols-[minmax(0,1fr)_14rem]">
          <Field
            label={t("about.name")}
            hint={locked.identity ? t("about.identityLocked") : t("about.nameHint")}
            error={problem("name")}
            aside={<Counter text={draft.name} limit={TEMPLATE_LIMITS.name} from={0.8} />}
          >
            <Input
              name="name"
              className="font-mono"
              autoComplete="off"
              autoCapitalize="none"
              spellCheck={false}
              disabled={locked.identity}
              placeholder={t("about.namePlaceholder")}
              value={draft.name}
              onChange={(event) => change("name", { name: toName(event.target.value) })}
            />
          </Field>
          <LanguageField draft={draft} change={change} isLocked={locked.identity} error={problem("language")} />
        </div>
        <Field label={t("about.category")} hint={locked.category ? t("about.categoryLocked") : undefined}>
          <RadioGroup
            className="sm:grid-cols-3"
            value={draft.category}
            disabled={locked.category}
            onValueChange={(value) => change("category", (before) => withCategory(before, value as Category))}
          >
            {CATEGORIES.map((one) => (
              <RadioCard key={one} value={one} label={category(one)} hint={t(`about.categories.${one}`)} />
            ))}
          </RadioGroup>
        </Field>
        {draft.category === "AUTHENTICATION" ? null : (
          <Field label={t("about.variables")} hint={locked.identity ? t("about.identityLocked") : t("about.variablesHint")}>
            <RadioGroup
              className="flex flex-wrap gap-x-6"
              value={draft.format}
              disabled={locked.identity}
              onValueChange={(value) => change("format", (before) => withFormat(before, value as Draft["format"]))}
            >
              <Radio value="NAMED" label={<Example text={t("about.named")} code="{{customer_name}}" />} />
              <Radio value="POSITIONAL" label={<Example text={t("about.positional")} code="{{1}}" />} />
            </RadioGroup>
          </Field>
        )}
      </div>
    </Section>
  );
}

function Example({ text, code }: { text: string; code: string }) {
  return (
    <>
      {text} <code className="font-mono font-normal text-muted text-xs">{code}</code>
    </>
  );
}

function Account({ draft, change, isLocked }: PartProps & { isLocked: boolean }) {
  const t = useTranslations("builder.about");
  const { data: integrations = [] } = useAllIntegrations();
  const accounts = new Map(integrations.map((one) => [one.config.businessAccountId, one]));
  if (accounts.size < 2) return null;
  const chosen = integrations.find(({ id }) => id === draft.integrationId);
  return (
    <Field label={t("account")} className="max-w-sm">
      <Select
        value={accounts.get(chosen?.config.businessAccountId ?? "")?.id}
        disabled={isLocked}
        onValueChange={(integrationId) => change("integrationId", { integrationId })}
        options={[...accounts.values()].map(({ id, name }) => ({ value: id, label: name }))}
      />
    </Field>
  );
}

type LanguageFieldProps = PartProps & { isLocked: boolean; error: string | undefined };

function LanguageField({ draft, change, isLocked, error }: LanguageFieldProps) {
  const t = useTranslations("builder.about");
  const options = useLanguageOptions();
  return (
    <Field label={t("language")} error={error}>
      <Combobox
        value={draft.language || undefined}
        disabled={isLocked}
        onValueChange={(language) => change("language", { language })}
        options={options}
        placeholder={t("chooseLanguage")}
      />
    </Field>
  );
}

/** The languages in which Meta takes templates, by their names. */
export function useLanguageOptions() {
  const nameOf = useLanguageName();
  return useMemo(
    () =>
      [...TEMPLATE_LANGUAGES]
        .map((value) => ({ value, label: nameOf(value), hint: value }))
        .sort((a, b) => a.label.localeCompare(b.label)),
    [nameOf],
  );
}

/** A name as Meta takes it, out of what people write: "Sipariş onayı" becomes siparis_onayi. */
export function toName(written: string): string {
  return foldText(written)
    .replace(/[\s-]+/g, "_")
    .replace(/[^a-z0-9_]/g, "");
}

function withCategory(draft: Draft, category: Category): Draft {
  const layout = draft.layout === "offer" && category !== "MARKETING" ? "standard" : draft.layout;
  return { ...draft, category, layout };
}

/** Writes the variables of all texts anew: names become numbers in their order, numbers become names. */
export function withFormat(draft: Draft, format: Draft["format"]): Draft {
  if (format === draft.format) return draft;
  const samples: Record<string, string> = {};
  const rewrite = (place: string, text: string): string =>
    variablesOf(draft, text).reduce((written, name, index) => {
      const renamed = format === "NAMED" ? `${place === "header" ? "header" : "value"}_${name}` : String(index + 1);
      samples[sampleKey(place, renamed)] = draft.samples[sampleKey(place, name)] ?? "";
      return written.replaceAll(new RegExp(`\\{\\{\\s*${name}\\s*\\}\\}`, "g"), () => `{{${renamed}}}`);
    }, text);
  return {
    ...draft,
    format,
    header: { ...draft.header, text: rewrite("header", draft.header.text) },
    body: rewrite("body", draft.body),
    cards: draft.cards.map((card) => ({ ...card, body: rewrite(card.id, card.body) })),
    samples,
  };
}
