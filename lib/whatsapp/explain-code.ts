import en from "@/lib/i18n/en/meta-errors.json";
import tr from "@/lib/i18n/tr/meta-errors.json";
import { explanationKey } from "@/lib/whatsapp/error-codes";

export type Explanation = { title: string; meaning: string; action: string };

type Catalogue = Record<string, Explanation>;
const ENGLISH: Catalogue = en;
const CATALOGUES: Record<string, Catalogue> = { en, tr };

/** What one of Meta's codes means and what to do, in plain words. English for a language we do not speak; never empty. */
export function explainCode(code: number | null | undefined, language: string): Explanation {
  return explanation(explanationKey(code), language);
}

/** The same for a call that Graph never answered: nothing was sent, or nobody knows. */
export function explainSilence(proof: "not_sent" | "maybe_sent", language: string): Explanation {
  return explanation(proof, language);
}

function explanation(key: string, language: string): Explanation {
  const catalogue = CATALOGUES[language.toLowerCase().slice(0, 2)] ?? ENGLISH;
  return catalogue[key] ?? en.unknown;
}
