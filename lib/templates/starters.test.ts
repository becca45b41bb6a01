import { expect, it } from "vitest";
import { spokenWish } from "@/lib/contacts/stop-words";
import { templateFindings } from "@/lib/whatsapp/template-draft-rules";
import { STARTER_LANGUAGES, STARTER_NAMES, starterOf } from "./starters";

const all = STARTER_NAMES.flatMap((name) => STARTER_LANGUAGES.map((language) => [name, language] as const));

it.each(all)("%s in %s is taken by Meta's rules as it is", (name, language) => {
  const { parameterFormat, ...starter } = starterOf(name, language);
  expect(templateFindings({ ...starter, parameter_format: parameterFormat })).toEqual([]);
  expect(starter).toMatchObject({ name, language });
});

it.each(STARTER_LANGUAGES)("the offer in %s has a button that stops offers", (language) => {
  const { components, optOutButton } = starterOf("marketing_offer", language);
  const texts = components.flatMap(({ buttons = [] }) => buttons).map(({ text }) => text);
  expect(texts).toContain(optOutButton);
});

it.each(STARTER_LANGUAGES)("the answers to the double opt-in in %s are read as what they say", (language) => {
  const { components } = starterOf("double_opt_in", language);
  const texts = components.flatMap(({ buttons = [] }) => buttons).map(({ text = "" }) => text);
  expect(texts.map((text) => spokenWish(text))).toEqual(["start", "stop"]);
});
