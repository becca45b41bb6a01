"use client";

import { Plus, Trash2 } from "lucide-react";
import { useTranslations } from "next-intl";
import { Section } from "@/components/shared/section";
import { Button } from "@/components/ui/button";
import { Field } from "@/components/ui/field";
import { Select } from "@/components/ui/select";
import { TEMPLATE_LIMITS } from "@/lib/whatsapp/template-rules";
import { ButtonsPart } from "./buttons-part";
import { type ButtonType, type Draft, type DraftCard, newCard } from "./draft";
import type { Change } from "./editor";
import { useProblem } from "./problems";
import { SampleFile } from "./sample-file";
import { BodyField } from "./text-part";

const CARD_BUTTONS: readonly ButtonType[] = ["QUICK_REPLY", "URL", "PHONE_NUMBER"];
const MOST_BUTTONS = 2;

/** The cards that one swipes through; all are of one shape. */
export function CardsPart({ draft, change }: { draft: Draft; change: Change }) {
  const t = useTranslations("builder.cards");
  const problem = useProblem();
  const { min, max } = TEMPLATE_LIMITS.carouselCards;
  const { cards } = draft;
  const told = problem("cards");
  const replace = (field: string, id: string, part: Partial<DraftCard>) =>
    change(field, (before) => ({ ...before, cards: before.cards.map((card) => (card.id === id ? { ...card, ...part } : card)) }));
  return (
    <Section
      title={t("title")}
      description={t("description", { min, max })}
      actions={
        <Button
          name="cards"
          disabled={cards.length >= max}
          onClick={() =>
            change("cards added", (before) => ({ ...before, cards: [...before.cards, newCard(before.cards.at(-1))] }))
          }
        >
          <Plus aria-hidden />
          {t("add")}
        </Button>
      }
    >
      {told ? <p className="mb-3 text-danger text-xs">{told}</p> : null}
      <ol className="grid gap-4">
        {cards.map((card, index) => (
          <li key={card.id} className="grid gap-4 rounded-md border p-4">
            <div className="flex items-center justify-between">
              <h3 className="font-medium text-sm">{t("card", { number: index + 1 })}</h3>
              <Button
                variant="ghost"
                size="icon-sm"
                aria-label={t("remove", { number: index + 1 })}
                title={t("remove", { number: index + 1 })}
                disabled={cards.length <= min}
                onClick={() =>
                  change("cards removed", (before) => ({ ...before, cards: before.cards.filter(({ id }) => id !== card.id) }))
                }
              >
                <Trash2 aria-hidden />
              </Button>
            </div>
            <div className="grid gap-3 sm:grid-cols-[9rem_minmax(0,1fr)]">
              <Field label={t("header")}>
                <Select
                  value={card.format}
                  // One shape for all: whoever changes one card changes every card.
                  onValueChange={(format) =>
                    change("cards format", (before) => ({
                      ...before,
                      cards: before.cards.map((one) => ({ ...one, format: format as DraftCard["format"], sample: "" })),
                    }))
                  }
                  options={[
                    { value: "IMAGE", label: t("image") },
                    { value: "VIDEO", label: t("video") },
                  ]}
                />
              </Field>
              <SampleFile
                format={card.format}
                value={card.sample}
                integrationId={draft.integrationId}
                field={`cards.${card.id}.header.example.header_handle`}
                onChange={(sample) => replace(`cards.${card.id}.sample`, card.id, { sample })}
              />
            </div>
            <BodyField
              draft={draft}
              change={change}
              place={card.id}
              field={`cards.${card.id}.body`}
              value={card.body}
              limit={TEMPLATE_LIMITS.bodyOfCarouselCard}
              label={t("text")}
              isSmall
              onChange={(before, body) => ({
                ...before,
                cards: before.cards.map((one) => (one.id === card.id ? { ...one, body } : one)),
              })}
            />
            <ButtonsPart
              buttons={card.buttons}
              field={`cards.${card.id}.buttons`}
              most={MOST_BUTTONS}
              types={CARD_BUTTONS}
              onChange={(field, buttons) => replace(field, card.id, { buttons })}
            />
          </li>
        ))}
      </ol>
    </Section>
  );
}
