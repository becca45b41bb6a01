import type { Language } from "@/lib/organizations/schema";

/** What a person asks for with a word. `stop` is about everything, `stop_offers` about marketing. */
export type SpokenWish = "stop" | "stop_offers" | "start";

type Tongue = Language | "es" | "pt" | "de" | "fr" | "ar";

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

const MEANINGS = new Map<string, SpokenWish>(
  Object.values(WORDS).flatMap((language) =>
    (["start", "stop_offers", "stop"] as const).flatMap((wish) => language[wish].map((word) => [fold(word), wish] as const)),
  ),
);

/** The longest that is read: nobody says stop at length, and a longer message says more than that. */
const LONGEST = 120;

/**
 * What a whole message asks for, whatever its capitals, letters i, accents, and the punctuation, emoji and spaces around it; null
 * for every message that says anything else.
 */
export function spokenWish(text: string): SpokenWish | null {
  if (text.length > LONGEST) return null;
  const words = fold(text).split(" ");
  // "stop stop" is no other word than "stop".
  const said = words.every((word) => word === words[0]) ? (words[0] ?? "") : words.join(" ");
  return MEANINGS.get(said) ?? null;
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
