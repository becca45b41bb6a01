import { TONGUES, type Tongue, tonguesOf } from "./stop-words";

export type ConfirmedWish = "stop" | "stop_offers";

/** By language, what is sent where the organization has written nothing of its own. */
export const CONFIRMATIONS: Record<Tongue, Record<ConfirmedWish, string>> = {
  en: {
    stop: "You will get no more messages from {{organization}}. To get them again, write START.",
    stop_offers: "You will get no more offers from {{organization}}. To get them again, write START.",
  },
  tr: {
    stop: "{{organization}} artık size mesaj göndermeyecek. Yeniden almak isterseniz BAŞLAT yazın.",
    stop_offers: "{{organization}} artık size kampanya mesajı göndermeyecek. Yeniden almak isterseniz BAŞLAT yazın.",
  },
  es: {
    stop: "Ya no recibirá mensajes de {{organization}}. Para volver a recibirlos, escriba ALTA.",
    stop_offers: "Ya no recibirá promociones de {{organization}}. Para volver a recibirlas, escriba ALTA.",
  },
  pt: {
    stop: "Você não receberá mais mensagens de {{organization}}. Para voltar a recebê-las, escreva VOLTAR.",
    stop_offers: "Você não receberá mais promoções de {{organization}}. Para voltar a recebê-las, escreva VOLTAR.",
  },
  de: {
    stop: "Sie erhalten keine Nachrichten mehr von {{organization}}. Um sie wieder zu erhalten, schreiben Sie STARTEN.",
    stop_offers: "Sie erhalten keine Angebote mehr von {{organization}}. Um sie wieder zu erhalten, schreiben Sie STARTEN.",
  },
  fr: {
    stop: "Vous ne recevrez plus de messages de {{organization}}. Pour les recevoir à nouveau, écrivez DÉMARRER.",
    stop_offers: "Vous ne recevrez plus d’offres de {{organization}}. Pour les recevoir à nouveau, écrivez DÉMARRER.",
  },
  ar: {
    stop: "لن تصلك رسائل من {{organization}} بعد الآن. لتلقيها مجددًا اكتب ابدأ.",
    stop_offers: "لن تصلك عروض من {{organization}} بعد الآن. لتلقيها مجددًا اكتب ابدأ.",
  },
};

/** What a confirmation's text may be filled with. */
export const CONFIRMATION_VARIABLES = ["organization", "preferences"] as const;
export type ConfirmationValues = Record<(typeof CONFIRMATION_VARIABLES)[number], string>;

type Said = {
  wish: ConfirmedWish;
  /** The words that withdrew. */
  word: string;
  /** The person's language, where it is known: `tr`, `en_US`. */
  personal: string | null;
  /** The organization's languages in their order. */
  preferred: readonly string[];
  texts: Readonly<Record<string, { stop?: string | undefined; stopOffers?: string | undefined }>>;
};

/** The person's language, else that of the word, else the organization's first for which there is a text; at last English. */
export function confirmationOf({ wish, word, personal, preferred, texts }: Said, values: ConfirmationValues): string {
  const base = (language: string) => language.split(/[_-]/)[0] ?? "";
  const spoken = tonguesOf(word).filter((tongue) => tongue !== "en");
  const languages = [...(personal ? [base(personal)] : []), ...spoken, ...preferred.map(base), "en"];
  const textIn = (language: string): string | undefined => {
    const own = texts[language]?.[wish === "stop" ? "stop" : "stopOffers"];
    return own || CONFIRMATIONS[TONGUES.find((tongue) => tongue === language) ?? "en"]?.[wish];
  };
  const language = languages.find((one) => texts[one] !== undefined || TONGUES.some((tongue) => tongue === one)) ?? "en";
  return fill(textIn(language) ?? CONFIRMATIONS.en[wish], values);
}

const VARIABLE = /\{\{\s*(\w+)\s*\}\}/g;

function fill(text: string, values: ConfirmationValues): string {
  return text.replace(VARIABLE, (whole, name: string) => values[name as keyof ConfirmationValues] ?? whole);
}

/** Names in double braces that nothing is filled in for. */
export function unknownVariables(text: string): string[] {
  const known: readonly string[] = CONFIRMATION_VARIABLES;
  return [...text.matchAll(VARIABLE)].flatMap(([, name = ""]) => (known.includes(name) ? [] : [name]));
}
