"use client";

import { useTranslations } from "next-intl";
import { useState } from "react";
import { ErrorNote } from "@/components/shared/error-note";
import { OvertakenNote } from "@/components/shared/overtaken-note";
import { Section } from "@/components/shared/section";
import { UnsavedGuard } from "@/components/shared/unsaved";
import { useFieldText } from "@/components/shared/use-field-text";
import { useOvertaken } from "@/components/shared/use-overtaken";
import { useCan } from "@/components/shell/session";
import { Button } from "@/components/ui/button";
import { SwitchField } from "@/components/ui/choice";
import { Field } from "@/components/ui/field";
import { Select } from "@/components/ui/select";
import { Textarea } from "@/components/ui/textarea";
import { toast } from "@/components/ui/toast";
import { type ConsentSettings, type ShownConsentSettings, UpdateConsentSettings } from "@/lib/contacts/settings-schema";
import { CONFIRMATIONS } from "@/lib/contacts/stop-confirmation";
import { fieldErrorsOf } from "@/lib/http/client";
import type { Place } from "@/lib/i18n/places";
import { useConsentSettings, useUpdateConsentSettings } from "./queries";

const LISTS = ["stop", "stopOffers", "start"] as const;
const TEXTS = ["stop", "stopOffers"] as const;
/** As they are typed: one word a line. */
type Draft = Omit<ConsentSettings, "words"> & { words: Record<(typeof LISTS)[number], string> };
type ConsentFormProps = { initial: ShownConsentSettings; organizationName: string; languages: Place[] };

function draftOf({ confirmStops, confirmations, words }: ShownConsentSettings): Draft {
  const lines = (list: readonly string[]) => list.join("\n");
  return {
    confirmStops,
    confirmations,
    words: { stop: lines(words.stop), stopOffers: lines(words.stopOffers), start: lines(words.start) },
  };
}

function settingsOf({ confirmStops, confirmations, words }: Draft): ConsentSettings {
  const list = (text: string) =>
    text
      .split("\n")
      .map((line) => line.trim())
      .filter(Boolean);
  const written = Object.entries(confirmations).flatMap(([language, texts]) => {
    const own = Object.fromEntries(Object.entries(texts).filter(([, text]) => text?.trim()));
    return Object.keys(own).length > 0 ? [[language, own] as const] : [];
  });
  return {
    confirmStops,
    confirmations: Object.fromEntries(written),
    words: { stop: list(words.stop), stopOffers: list(words.stopOffers), start: list(words.start) },
  };
}

/** By which words people withdraw and give consent, and what they are answered. */
export function ConsentForm({ initial, organizationName, languages }: ConsentFormProps) {
  const t = useTranslations("settings.consent");
  const organization = useTranslations("settings.organization");
  const common = useTranslations("common");
  const fieldText = useFieldText();
  const canWrite = useCan()("organization:write");
  const { data: saved } = useConsentSettings(initial);
  const update = useUpdateConsentSettings();
  const [draft, setDraft] = useState<Draft | null>(null);
  const [language, setLanguage] = useState(languages[0]?.value ?? "en");
  const shown = draft ?? draftOf(saved);
  const parsed = UpdateConsentSettings.safeParse(settingsOf(shown));
  const problems = parsed.success ? fieldErrorsOf(update.error) : problemsOf(parsed.error.issues);
  const isOvertaken = useOvertaken(saved, draft !== null) && !update.isPending;
  const change = (part: Partial<Draft>) => setDraft({ ...shown, ...part });
  const problemIn = (path: string) => Object.entries(problems).find(([key]) => key === path || key.startsWith(`${path}.`));

  function wordProblem(list: (typeof LISTS)[number]): string | undefined {
    const [key = "", problem] = problemIn(`words.${list}`) ?? [];
    const word = settingsOf(shown).words[list][Number(key.split(".")[2])];
    return problem && [word, fieldText(problem)].filter(Boolean).join(": ");
  }

  return (
    <form
      noValidate
      className="grid max-w-3xl gap-5"
      onSubmit={(event) => {
        event.preventDefault();
        if (!parsed.success) return;
        update.mutate(
          { ...settingsOf(shown), updatedAt: saved.updatedAt },
          {
            onSuccess: () => {
              setDraft((present) => (present === draft ? null : present));
              toast.success(common("saved"));
            },
          },
        );
      }}
    >
      <UnsavedGuard when={draft !== null && !update.isPending} />
      <Section title={t("confirmation.title")} description={t("confirmation.description")}>
        <div className="grid gap-5">
          <SwitchField
            label={t("confirmation.switch")}
            hint={t("confirmation.switchHint")}
            checked={shown.confirmStops}
            onCheckedChange={(confirmStops) => change({ confirmStops })}
            disabled={!canWrite}
          />
          {shown.confirmStops ? (
            <>
              <Field label={t("confirmation.language")} hint={t("confirmation.languageHint")} className="sm:max-w-64">
                <Select value={language} onValueChange={setLanguage} options={languages} />
              </Field>
              {TEXTS.map((wish) => (
                <Field
                  key={`${language} ${wish}`}
                  label={t(`confirmation.${wish}`)}
                  hint={t("confirmation.textHint", { organization: "{{organization}}", preferences: "{{preferences}}" })}
                  error={fieldText(problemIn(`confirmations.${language}.${wish}`)?.[1])}
                >
                  <Textarea
                    dir="auto"
                    lang={language}
                    maxLength={1_000}
                    disabled={!canWrite}
                    value={shown.confirmations[language]?.[wish] ?? ""}
                    placeholder={defaultText(language, wish, organizationName)}
                    onChange={({ target }) =>
                      change({
                        confirmations: {
                          ...shown.confirmations,
                          [language]: { ...shown.confirmations[language], [wish]: target.value },
                        },
                      })
                    }
                  />
                </Field>
              ))}
            </>
          ) : null}
        </div>
      </Section>
      <Section title={t("words.title")} description={t("words.description")}>
        <div className="grid gap-5 sm:grid-cols-3">
          {LISTS.map((list) => (
            <Field key={list} label={t(`words.${list}`)} hint={t(`words.${list}Hint`)} error={wordProblem(list)}>
              <Textarea
                className="min-h-28"
                disabled={!canWrite}
                value={shown.words[list]}
                onChange={({ target }) => change({ words: { ...shown.words, [list]: target.value } })}
              />
            </Field>
          ))}
        </div>
      </Section>
      {isOvertaken ? <OvertakenNote onTakeTheirs={() => setDraft(null)} /> : null}
      {parsed.success && Object.keys(problems).length === 0 ? (
        <ErrorNote error={update.error} title={organization("notSaved")} />
      ) : null}
      {canWrite ? (
        <div className="flex justify-end gap-2">
          <Button
            disabled={draft === null || update.isPending}
            onClick={() => {
              setDraft(null);
              update.reset();
            }}
          >
            {organization("discard")}
          </Button>
          <Button type="submit" variant="primary" loading={update.isPending} disabled={draft === null || !parsed.success}>
            {common("save")}
          </Button>
        </div>
      ) : (
        <p className="text-muted text-sm">{organization("readOnly")}</p>
      )}
    </form>
  );
}

function problemsOf(issues: readonly { path: PropertyKey[]; code: string; message: string }[]) {
  return Object.fromEntries(issues.map(({ path, code, message }) => [path.join("."), { type: code, message }]));
}

/** What is sent where nothing is written; in a language without a text of ours, nothing is in it. */
function defaultText(language: string, wish: (typeof TEXTS)[number], organizationName: string): string | undefined {
  const texts = CONFIRMATIONS[language as keyof typeof CONFIRMATIONS];
  return texts?.[wish === "stop" ? "stop" : "stop_offers"].replace("{{organization}}", organizationName);
}
