/** Meta's own words of an authentication template, in two languages; Meta has them in every one. Source: Meta, "Authentication templates" (2025). */
const CODE_TEXTS = {
  en: {
    body: "*{{1}}* is your verification code.",
    advice: " For your security, do not share this code.",
    footer: (minutes: number) => `This code expires in ${minutes} minutes.`,
    button: "Copy code",
    autofill: "Autofill",
  },
  tr: {
    body: "*{{1}}* doğrulama kodunuzdur.",
    advice: " Güvenliğiniz için bu kodu paylaşmayın.",
    footer: (minutes: number) => `Bu kodun süresi ${minutes} dakika içinde dolacak.`,
    button: "Kodu kopyala",
    autofill: "Otomatik doldur",
  },
};

/** In the language of the template, or in English where its words are not known here. */
export function codeTexts(language: string): (typeof CODE_TEXTS)["en"] {
  return language.startsWith("tr") ? CODE_TEXTS.tr : CODE_TEXTS.en;
}
