"use client";

import { Download, Printer } from "lucide-react";
import { useLocale, useTranslations } from "next-intl";
import { type ReactNode, useRef, useState } from "react";
import { ErrorNote } from "@/components/shared/error-note";
import { Note } from "@/components/shared/note";
import { Section } from "@/components/shared/section";
import { Time } from "@/components/shared/time";
import { StrangerPreferences } from "@/components/shell/stranger-preferences";
import { Button } from "@/components/ui/button";
import { Checkbox } from "@/components/ui/checkbox";
import { api } from "@/lib/http/client";
import type { Preferences, SavePreferences } from "@/lib/preferences/schema";

const PURPOSES = ["marketing", "utility", "authentication"] as const;
type Wishes = Record<(typeof PURPOSES)[number], boolean>;

const wishesOf = ({ consent }: Preferences): Wishes => ({
  marketing: consent.marketing === "opted_in",
  utility: consent.utility === "opted_in",
  authentication: consent.authentication === "opted_in",
});

/** A person's own page: what they agreed to, each purpose given or withdrawn, and what was said so far to keep. */
export function PreferencePage({ token, initial }: { token: string; initial: Preferences }) {
  const t = useTranslations("preferences");
  const language = useLocale();
  const [shown, setShown] = useState(initial);
  const [wishes, setWishes] = useState(() => wishesOf(initial));
  const [state, setState] = useState<"idle" | "saving" | "saved">("idle");
  const [failure, setFailure] = useState<unknown>();
  const result = useRef<HTMLDivElement>(null);
  const present = wishesOf(shown);
  const changed = PURPOSES.filter((purpose) => wishes[purpose] !== present[purpose]);
  const isAllWithdrawn = PURPOSES.every((purpose) => shown.consent[purpose] === "opted_out");

  async function save(given: Partial<Wishes>) {
    setState("saving");
    setFailure(undefined);
    try {
      const body: SavePreferences = { ...given, language };
      const saved = await api.post<Preferences>(`/preferences/${token}`, { body });
      setShown(saved);
      setWishes(wishesOf(saved));
      setState("saved");
    } catch (error) {
      setFailure(error);
      setState("idle");
    }
    result.current?.focus();
  }

  return (
    <Frame organization={shown.organizationName}>
      <header className="grid gap-1">
        <h1 className="text-balance font-semibold text-xl">{t("heading", { organization: shown.organizationName })}</h1>
        <p className="max-w-reading text-muted text-sm">
          {shown.maskedPhone
            ? t.rich("forNumber", { number: () => <bdi className="whitespace-nowrap">{shown.maskedPhone}</bdi> })
            : t("forYou")}
        </p>
      </header>
      <div ref={result} tabIndex={-1} role="status" className="grid gap-2 outline-none empty:hidden">
        {state === "saved" ? (
          <Note tone="success" title={t("saved.title")}>
            {t(isAllWithdrawn ? "saved.nothing" : "saved.text")}
          </Note>
        ) : null}
        <ErrorNote error={failure} title={t("notSaved")} />
      </div>
      {shown.marketingStoppedAt ? (
        <Note tone="warning" title={t("stoppedAtMeta.title")}>
          {t("stoppedAtMeta.text")}
        </Note>
      ) : null}
      <form
        onSubmit={(event) => {
          event.preventDefault();
          void save(Object.fromEntries(changed.map((purpose) => [purpose, wishes[purpose]])));
        }}
      >
        <Section
          title={<span id="purposes">{t("purposes.title")}</span>}
          description={t("purposes.description")}
          footer={
            <div className="flex w-full flex-wrap items-center justify-between gap-2 print:hidden">
              <Button
                disabled={state === "saving" || isAllWithdrawn}
                onClick={() => void save({ marketing: false, utility: false, authentication: false })}
              >
                {t("stopAll")}
              </Button>
              <Button type="submit" variant="primary" disabled={changed.length === 0} loading={state === "saving"}>
                {t("save")}
              </Button>
            </div>
          }
        >
          {/* biome-ignore lint/a11y/useSemanticElements: a fieldset's border and legend do not lie in a card. */}
          <div role="group" aria-labelledby="purposes" className="grid">
            {PURPOSES.map((purpose) => (
              <Purpose
                key={purpose}
                purpose={purpose}
                checked={wishes[purpose]}
                onChange={(checked) => {
                  setWishes({ ...wishes, [purpose]: checked });
                  setState("idle");
                }}
              />
            ))}
          </div>
        </Section>
      </form>
      <Section
        title={t("history.title")}
        description={t("history.description")}
        actions={
          <span className="flex gap-2 print:hidden">
            <Button size="sm" onClick={() => window.print()}>
              <Printer aria-hidden />
              {t("history.print")}
            </Button>
            <Button asChild size="sm">
              <a href={`/api/v1/preferences/${token}/receipt`} download={t("history.fileName")}>
                <Download aria-hidden />
                {t("history.download")}
              </a>
            </Button>
          </span>
        }
      >
        <History words={shown.history} />
      </Section>
    </Frame>
  );
}

function Purpose({
  purpose,
  checked,
  onChange,
}: {
  purpose: (typeof PURPOSES)[number];
  checked: boolean;
  onChange: (checked: boolean) => void;
}) {
  const t = useTranslations("preferences.purposes");
  const id = `purpose-${purpose}`;
  return (
    <div className="flex items-start gap-3 border-b py-3 first:pt-0 last:border-0 last:pb-0">
      <Checkbox
        id={id}
        checked={checked}
        onCheckedChange={onChange}
        aria-labelledby={`${id}-title`}
        aria-describedby={`${id}-text`}
        className="mt-0.5"
      />
      <label htmlFor={id} className="grid cursor-pointer gap-0.5">
        <span id={`${id}-title`} className="font-medium text-sm">
          {t(`${purpose}.title`)}
        </span>
        <span id={`${id}-text`} className="text-muted text-sm">
          {t(`${purpose}.description`)}
        </span>
      </label>
    </div>
  );
}

function History({ words }: { words: Preferences["history"] }) {
  const t = useTranslations("preferences.history");
  if (words.length === 0) return <p className="text-muted text-sm">{t("empty")}</p>;
  return (
    <ol className="grid">
      {words.map(({ id, purpose, status, occurredAt, wording }) => (
        <li key={id} className="grid gap-0.5 border-b py-2.5 text-sm first:pt-0 last:border-0 last:pb-0">
          <span className="flex flex-wrap justify-between gap-x-4">
            <span className="font-medium">{t(`words.${status}`, { purpose: t(`about.${purpose}`) })}</span>
            <Time at={occurredAt} format="full" className="text-muted" />
          </span>
          {wording ? <q className="break-words text-muted text-xs">{wording}</q> : null}
        </li>
      ))}
    </ol>
  );
}

/** Somebody's link that leads nowhere, or is asked for too often. */
export function NoPreferencePage({ why }: { why: "unknown" | "busy" }) {
  const t = useTranslations("preferences");
  return (
    <Frame>
      <h1 className="font-semibold text-xl">{t(`${why}.title`)}</h1>
      <p className="text-muted text-sm">{t(`${why}.text`)}</p>
    </Frame>
  );
}

function Frame({ organization, children }: { organization?: string; children: ReactNode }) {
  return (
    <div className="flex min-h-dvh flex-col">
      <header className="flex h-14 items-center justify-between gap-4 px-4 md:px-6 print:hidden">
        <span className="min-w-0 truncate font-semibold text-sm">{organization}</span>
        <div className="flex shrink-0 gap-1">
          <StrangerPreferences />
        </div>
      </header>
      <main className="mx-auto grid w-full max-w-2xl content-start gap-5 px-4 pt-[4vh] pb-16">{children}</main>
    </div>
  );
}
