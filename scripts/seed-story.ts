/** Who and what the demo organization is made of: invented people, with numbers of a range that is given to nobody. */
export const DEMO = {
  organization: "Ege Kahve (demo)",
  owner: { name: "Deniz Aksoy", email: "demo@example.com" },
  team: [
    { name: "Elif Kaya", email: "elif@example.com", role: "admin" },
    { name: "Mert Yıldız", email: "mert@example.com", role: "operator" },
    { name: "Hannah Cole", email: "hannah@example.com", role: "viewer" },
  ],
  phoneNumberId: "109876543210001",
  businessAccountId: "209876543210002",
} as const;

/** The recipient of the guide's commands. */
export const GUIDE_RECIPIENT = { phone: "+905551234567", name: "John Doe", language: "en" } as const;

const TURKISH = [
  "Ayşe Yılmaz",
  "Mehmet Demir",
  "Zeynep Çelik",
  "Ali Şahin",
  "Fatma Öztürk",
  "Emre Aydın",
  "Elif Arslan",
  "Can Doğan",
  "Selin Koç",
  "Burak Kurt",
  "İrem Özdemir",
  "Kerem Polat",
  "Gül Erdoğan",
  "Onur Aslan",
  "Ece Güneş",
  "Umut Kılıç",
  "Pınar Şimşek",
  "Serkan Bulut",
  "Nazlı Işık",
  "Tolga Çetin",
  "Derya Uçar",
  "Hakan Ateş",
  "Melis Toprak",
  "Ozan Yavuz",
  "Sıla Keskin",
  "Barış Tekin",
  "Gizem Acar",
  "Kaan Duman",
];
const ENGLISH = [
  "Oliver Bennett",
  "Amelia Hughes",
  "Jack Foster",
  "Sophie Turner",
  "Harry Wells",
  "Grace Morgan",
  "George Palmer",
  "Emily Shaw",
  "Noah Fisher",
  "Isla Grant",
  "Leo Chambers",
  "Ruby Ellis",
];

export type Person = { name: string; language: "tr" | "en"; phone: string };

export const PEOPLE: Person[] = [
  ...TURKISH.map((name, i) => ({ name, language: "tr" as const, phone: `+90555010${String(1001 + i * 7)}` })),
  ...ENGLISH.map((name, i) => ({ name, language: "en" as const, phone: `+4477009001${String(10 + i * 3).padStart(2, "0")}` })),
];

/** What people and the shop write to each other inside an open window. */
export const CHATS: Record<"tr" | "en", string[]> = {
  tr: [
    "Merhaba, siparişiniz bugün 16.00'dan sonra teslim edilecek. Evde olacak mısınız?",
    "Elbette, değişimi başlattım. Kurye yarın ürünü sizden alacak.",
    "Kahvenin öğütme derecesini *orta* olarak not ettim, teşekkür ederiz.",
    "Faturanızı e-posta adresinize gönderdik. Başka bir sorunuz olursa buradayız.",
  ],
  en: [
    "Hello! Your parcel left our roastery this morning and should reach you on Thursday.",
    "Of course. I have changed the grind to *medium* for your next order.",
    "Thank you for the photo. We are sending a new bag today, free of charge.",
    "You can pick it up from 9:00. Please bring the order number.",
  ],
};

/** How people agreed: where, what proves it, and the words they agreed to. */
export const CONSENTS: Record<"tr" | "en", { source: string; evidence: string; wording: string }[]> = {
  tr: [
    {
      source: "web formu",
      evidence: "form /kahve-kulubu, kayıt 2026-",
      wording: "Ege Kahve'den kampanya ve sipariş mesajları almayı kabul ediyorum.",
    },
    { source: "mağaza", evidence: "imzalı kart, Alsancak, no. ", wording: "WhatsApp üzerinden bilgilendirilmek istiyorum." },
    { source: "telefon görüşmesi", evidence: "ses kaydı ", wording: "Sipariş durumunun WhatsApp'tan bildirilmesine izin verdi." },
  ],
  en: [
    {
      source: "web form",
      evidence: "form /coffee-club, entry 2026-",
      wording: "I agree to receive offers and order updates from Ege Kahve.",
    },
    { source: "shop", evidence: "signed card, Alsancak shop, no. ", wording: "I would like to be informed on WhatsApp." },
    { source: "phone call", evidence: "recording ", wording: "Agreed to order updates on WhatsApp." },
  ],
};

/** How they took it back. */
export const STOP_WORDS = {
  tr: { word: "DUR", source: "anahtar kelime DUR" },
  en: { word: "STOP", source: "keyword STOP" },
} as const;
