/** What a person asks for with a word. `stop` is about everything, `stop_offers` about marketing. */
export type SpokenWish = "stop" | "stop_offers" | "start";

export const TONGUES = ["en", "tr", "es", "pt", "de", "fr", "ar"] as const;
export type Tongue = (typeof TONGUES)[number];

/** An organization's own words, beside those that everybody's messages are read by. */
export type OwnWords = { stop: readonly string[]; stopOffers: readonly string[]; start: readonly string[] };

/**
 * The words by which people withdraw and give consent in a message of their own, as the whole message. Words that answer all
 * kinds of questions (yes, evet, onay, ok) give none, and words that mean another thing in another of the languages (para, red) do neither. Sources: CTIA's opt-out words, İYS practice (RET, İPTAL), Meta's own button texts.
 */
const WORDS: Record<Tongue, { [W in SpokenWish]: readonly string[] }> = {
  en: {
    stop: [
      ...[
        "stop",
        "stop all",
        "stopall",
        "unsubscribe",
        "unsubscribe me",
        "opt out",
        "optout",
        "cancel",
        "end",
        "quit",
        "stop messages",
      ],
      ...["stop messaging me", "stop texting me", "remove me"],
    ],
    stop_offers: ["stop promotions", "stop offers", "stop marketing", "unsubscribe from promotions"],
    start: ["start", "unstop", "subscribe", "opt in", "optin"],
  },
  tr: {
    stop: [
      ...["dur", "durdur", "ret", "iptal", "çık", "çıkış", "abonelikten çık", "üyelikten çık", "listeden çık", "listeden çıkar"],
      ...["mesaj istemiyorum", "mesaj gönderme", "mesaj atma", "abonelik iptal", "aboneliği iptal et"],
    ],
    stop_offers: [
      "promosyonları durdur",
      "kampanyaları durdur",
      "kampanya istemiyorum",
      "reklam istemiyorum",
      "tanıtımları durdur",
    ],
    start: ["başlat", "tekrar başlat", "abone ol"],
  },
  es: {
    stop: ["parar", "detener", "baja", "darme de baja", "cancelar", "cancelar suscripción", "no más mensajes"],
    stop_offers: ["detener promociones", "no más promociones"],
    start: ["iniciar", "alta", "suscribir", "suscribirme"],
  },
  pt: {
    stop: ["parar", "pare", "sair", "cancelar", "descadastrar", "cancelar inscrição", "remover"],
    stop_offers: ["parar promoções", "interromper promoções"],
    start: ["iniciar", "voltar", "inscrever", "inscrever me"],
  },
  de: {
    stop: ["stopp", "abmelden", "abbestellen", "austragen", "keine nachrichten mehr"],
    stop_offers: ["keine werbung", "keine werbung mehr", "werbung stoppen", "angebote stoppen"],
    start: ["starten", "anmelden", "abonnieren"],
  },
  fr: {
    stop: ["arrêt", "arrêter", "arrêtez", "désabonner", "me désabonner", "désinscription", "désinscrire", "annuler"],
    stop_offers: ["arrêter les promotions", "plus de publicité"],
    start: ["démarrer", "abonner", "m abonner"],
  },
  ar: {
    stop: ["توقف", "قف", "إيقاف", "أوقف", "إلغاء", "إلغاء الاشتراك", "الغاء الاشتراك"],
    stop_offers: ["إيقاف العروض", "إيقاف العروض الترويجية"],
    start: ["ابدأ", "بدء", "اشتراك", "اشترك"],
  },
};

type Meaning = { wish: SpokenWish; tongues: Tongue[] };

const MEANINGS = new Map<string, Meaning>();
for (const tongue of TONGUES) {
  for (const wish of ["stop", "stop_offers", "start"] as const) {
    for (const word of WORDS[tongue][wish].map(fold)) {
      const known = MEANINGS.get(word);
      if (!known) MEANINGS.set(word, { wish, tongues: [tongue] });
      else if (known.wish === wish) known.tongues.push(tongue);
      // What gives in one language and withdraws in another withdraws.
      else if (known.wish === "start") MEANINGS.set(word, { wish, tongues: [tongue] });
    }
  }
}

/** The longest that is read: nobody says stop at length, and a longer message says more than that. */
const LONGEST = 120;

/**
 * What a whole message asks for, whatever its capitals, letters i, accents, and the punctuation, emoji and spaces around it; null
 * for every message that says anything else.
 */
export function spokenWish(text: string, own?: OwnWords): SpokenWish | null {
  if (text.length > LONGEST) return null;
  const said = saidIn(text);
  if (said === "") return null;
  const known = MEANINGS.get(said)?.wish;
  return known ?? (own ? ownWish(said, own) : null);
}

function ownWish(said: string, own: OwnWords): SpokenWish | null {
  const has = (words: readonly string[]) => words.some((word) => saidIn(word) === said);
  return has(own.stop) ? "stop" : has(own.stopOffers) ? "stop_offers" : has(own.start) ? "start" : null;
}

/** The languages whose word it is, English last: people of every language say stop. */
export function tonguesOf(text: string): Tongue[] {
  const tongues = MEANINGS.get(saidIn(text))?.tongues ?? [];
  return [...tongues].sort((a, b) => Number(a === "en") - Number(b === "en"));
}

/**
 * What stands against a word of the organization's own for `wish`: it says nothing that could be heard, or everybody's words mean something else by it.
 */
export function whyNotOwnWord(word: string, wish: SpokenWish): "empty" | SpokenWish | null {
  const said = saidIn(word);
  if (said === "") return "empty";
  const meaning = MEANINGS.get(said)?.wish;
  return meaning !== undefined && meaning !== wish ? meaning : null;
}

/** Two words that are one when they are heard. */
export function soundsAlike(a: string, b: string): boolean {
  return saidIn(a) === saidIn(b);
}

function saidIn(text: string): string {
  const words = fold(text).split(" ");
  // "stop stop" is no other word than "stop".
  return words.every((word) => word === words[0]) ? (words[0] ?? "") : words.join(" ");
}

/** Lower case without accents, all letters i alike, words parted by one space. */
function fold(text: string): string {
  return text
    .normalize("NFKD")
    .toLowerCase()
    .replace(/[\p{M}\p{Cf}ـ]/gu, "")
    .replaceAll("ı", "i")
    .replace(/[^\p{L}\p{N}]+/gu, " ")
    .trim();
}
