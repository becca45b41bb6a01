import type { MessageContent } from "@/lib/whatsapp/content";

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
export const GUIDE_RECIPIENT = {
  phone: "+905551234567",
  name: "John Doe",
  language: "en",
  question: "Hello! Is my order on its way?",
} as const;

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

/** What people ask, and what the shop answers inside the open window. */
export const CHATS: Record<"tr" | "en", { question: string; answer: string }[]> = {
  tr: [
    {
      question: "Merhaba, siparişim bugün gelir mi?",
      answer: "Merhaba, siparişiniz bugün 16.00'dan sonra teslim edilecek. Evde olacak mısınız?",
    },
    {
      question: "Yanlış paket gelmiş, değiştirebilir miyiz?",
      answer: "Elbette, değişimi başlattım. Kurye yarın ürünü sizden alacak.",
    },
    {
      question: "Bir sonraki siparişte biraz daha kalın öğütülebilir mi?",
      answer: "Kahvenin öğütme derecesini *orta* olarak not ettim, teşekkür ederiz.",
    },
    {
      question: "Faturamı alabilir miyim?",
      answer: "Faturanızı e-posta adresinize gönderdik. Başka bir sorunuz olursa buradayız.",
    },
  ],
  en: [
    {
      question: "Hi, when will my coffee arrive?",
      answer: "Hello! Your parcel left our roastery this morning and should reach you on Thursday.",
    },
    {
      question: "Could you grind it a little coarser next time?",
      answer: "Of course. I have changed the grind to *medium* for your next order.",
    },
    {
      question: "One of the bags was open when it came.",
      answer: "Thank you for the photo. We are sending a new bag today, free of charge.",
    },
    {
      question: "Can I pick it up in the shop tomorrow?",
      answer: "You can pick it up from 9:00. Please bring the order number.",
    },
  ],
};

export type Told = { minutesAgo: number; by: string; content: MessageContent; answers?: string };

const from = PEOPLE.map(({ phone }) => phone);

/** What waits in the inbox: some of every kind that people send. `answers` names the message that it is about. */
export const INBOX: Record<string, Told> = {
  hello: { minutesAgo: 52, by: from[0] ?? "", content: { type: "text", body: "Merhaba, dün aldığım *Guatemala* bitti bile ☕" } },
  picture: {
    minutesAgo: 51,
    by: from[0] ?? "",
    content: { type: "media", kind: "image", mediaId: null, caption: "Paket böyle geldi" },
  },
  place: {
    minutesAgo: 50,
    by: from[0] ?? "",
    content: {
      type: "location",
      latitude: 38.4382,
      longitude: 27.1418,
      name: "Alsancak",
      address: "Kıbrıs Şehitleri Cad. 12, İzmir",
    },
  },
  again: {
    minutesAgo: 49,
    by: from[0] ?? "",
    content: { type: "text", body: "Bundan iki paket daha alabilir miyim? Adres aşağıdaki gibi." },
    answers: "hello",
  },
  heart: { minutesAgo: 48, by: from[0] ?? "", content: { type: "reaction", to: null, emoji: "❤️" }, answers: "picture" },
  order: {
    minutesAgo: 34,
    by: from[2] ?? "",
    content: {
      type: "order",
      catalogId: "coffee",
      text: "Hediye paketi olsun lütfen",
      items: [
        { product_retailer_id: "GUATEMALA-250", quantity: 2, item_price: 420, currency: "TRY" },
        { product_retailer_id: "FILTRE-V60", quantity: 1, item_price: 185, currency: "TRY" },
      ],
    },
  },
  voice: { minutesAgo: 21, by: from[4] ?? "", content: { type: "media", kind: "audio", mediaId: null, voice: true } },
  card: {
    minutesAgo: 14,
    by: from.at(-2) ?? "",
    content: {
      type: "contacts",
      cards: [{ name: { formatted_name: "Harry Wells" }, phones: [{ phone: "+44 7700 900155" }] }],
    },
  },
  wrong: { minutesAgo: 13, by: from.at(-2) ?? "", content: { type: "text", body: "He collects it for me tomorow" } },
  edited: {
    minutesAgo: 12,
    by: from.at(-2) ?? "",
    content: { type: "edited", original: null, content: { type: "text", body: "He collects it for me tomorrow at 9" } },
    answers: "wrong",
  },
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
