import type { Template, TemplateComponent } from "./schema";

/** A template of our own to begin with, ready to be given to Meta as it is. */
export type Starter = Pick<Template, "name" | "language" | "category" | "parameterFormat" | "components" | "optOutButton">;

export const STARTER_NAMES = [
  "order_confirmation",
  "shipping_update",
  "appointment_reminder",
  "payment_received",
  "marketing_offer",
  "one_time_code",
  "double_opt_in",
] as const;
export type StarterName = (typeof STARTER_NAMES)[number];
export const STARTER_LANGUAGES = ["en", "tr"] as const;
type StarterLanguage = (typeof STARTER_LANGUAGES)[number];

function body(text: string, examples: Record<string, string>): TemplateComponent {
  const named = Object.entries(examples).map(([param_name, example]) => ({ param_name, example }));
  return { type: "BODY", text, example: { body_text_named_params: named } };
}

const header = (text: string): TemplateComponent => ({ type: "HEADER", format: "TEXT", text });
const footer = (text: string): TemplateComponent => ({ type: "FOOTER", text });
const buttons = (...list: { type: string; text: string }[]): TemplateComponent => ({ type: "BUTTONS", buttons: list });
const reply = (text: string) => ({ type: "QUICK_REPLY", text });
const link = (text: string, path: string) => ({
  type: "URL",
  text,
  url: `https://example.com/${path}/{{1}}`,
  example: [`https://example.com/${path}/TR-1001`],
});

type Written = { components: TemplateComponent[]; optOutButton?: string };
type Words = { category: string } & Record<StarterLanguage, Written>;

const WORDS: Record<StarterName, Words> = {
  order_confirmation: {
    category: "UTILITY",
    en: {
      components: [
        header("Order received"),
        body(
          "Hi {{customer_name}}, thank you for your order {{order_number}} of {{total}}. We are preparing it and will write again when it ships.",
          { customer_name: "Ayşe", order_number: "TR-1001", total: "€45.00" },
        ),
        buttons(link("View order", "orders")),
      ],
    },
    tr: {
      components: [
        header("Siparişinizi aldık"),
        body(
          "Merhaba {{customer_name}}, {{order_number}} numaralı ve {{total}} tutarındaki siparişiniz için teşekkür ederiz. Hazırlıyoruz; kargoya verildiğinde haber vereceğiz.",
          { customer_name: "Ayşe", order_number: "TR-1001", total: "1.250,00 TL" },
        ),
        buttons(link("Siparişi gör", "siparis")),
      ],
    },
  },
  shipping_update: {
    category: "UTILITY",
    en: {
      components: [
        header("On its way"),
        body(
          "Hi {{customer_name}}, your order {{order_number}} left us today with {{carrier}}. It should reach you by {{delivery_date}} at the latest.",
          { customer_name: "Ayşe", order_number: "TR-1001", carrier: "DHL", delivery_date: "12 March" },
        ),
        buttons(link("Track parcel", "track")),
      ],
    },
    tr: {
      components: [
        header("Siparişiniz yola çıktı"),
        body(
          "Merhaba {{customer_name}}, {{order_number}} numaralı siparişiniz bugün {{carrier}} ile yola çıktı. En geç {{delivery_date}} günü elinizde olacak.",
          { customer_name: "Ayşe", order_number: "TR-1001", carrier: "Yurtiçi Kargo", delivery_date: "12 Mart" },
        ),
        buttons(link("Kargoyu takip et", "kargo")),
      ],
    },
  },
  appointment_reminder: {
    category: "UTILITY",
    en: {
      components: [
        body(
          "Hi {{customer_name}}, we are expecting you on {{date}} at {{time}}. Please tell us if you can come, so that we can hold your place.",
          { customer_name: "Ayşe", date: "12 March", time: "14:30" },
        ),
        buttons(reply("I will come"), reply("I need another time")),
      ],
    },
    tr: {
      components: [
        body(
          "Merhaba {{customer_name}}, sizi {{date}} günü saat {{time}} için bekliyoruz. Yerinizi ayırabilmemiz için gelip gelemeyeceğinizi bildirir misiniz?",
          { customer_name: "Ayşe", date: "12 Mart", time: "14.30" },
        ),
        buttons(reply("Geleceğim"), reply("Başka bir saat isterim")),
      ],
    },
  },
  payment_received: {
    category: "UTILITY",
    en: {
      components: [
        body(
          "Hi {{customer_name}}, we have received your payment of {{amount}} for invoice {{invoice_number}}. Thank you. You find the receipt behind the button.",
          { customer_name: "Ayşe", amount: "€45.00", invoice_number: "F-2031" },
        ),
        buttons(link("View receipt", "receipts")),
      ],
    },
    tr: {
      components: [
        body(
          "Merhaba {{customer_name}}, {{invoice_number}} numaralı fatura için {{amount}} tutarındaki ödemeniz bize ulaştı. Teşekkür ederiz. Makbuzu düğmeden görebilirsiniz.",
          { customer_name: "Ayşe", invoice_number: "F-2031", amount: "1.250,00 TL" },
        ),
        buttons(link("Makbuzu gör", "makbuz")),
      ],
    },
  },
  marketing_offer: {
    category: "MARKETING",
    en: {
      components: [
        header("Something for you"),
        body(
          "Hi {{customer_name}}, until {{last_day}} you get {{discount}} off everything in our shop. Show this message at the counter or order online.",
          { customer_name: "Ayşe", last_day: "Sunday", discount: "20%" },
        ),
        footer("You agreed to offers from us."),
        buttons(reply("No more offers"), link("Shop now", "offers")),
      ],
      optOutButton: "No more offers",
    },
    tr: {
      components: [
        header("Size özel"),
        body(
          "Merhaba {{customer_name}}, {{last_day}} gününe kadar mağazamızdaki her şeyde {{discount}} indirim sizi bekliyor. Bu mesajı kasada gösterin ya da internetten sipariş verin.",
          { customer_name: "Ayşe", last_day: "pazar", discount: "%20" },
        ),
        footer("Bu mesajı onay verdiğiniz için aldınız."),
        buttons(reply("Artık teklif istemiyorum"), link("Alışverişe başla", "firsatlar")),
      ],
      optOutButton: "Artık teklif istemiyorum",
    },
  },
  one_time_code: {
    category: "AUTHENTICATION",
    en: { components: codeParts("Copy code") },
    tr: { components: codeParts("Kodu kopyala") },
  },
  double_opt_in: {
    category: "UTILITY",
    en: {
      components: [
        body(
          "Hi {{customer_name}}, somebody gave us this number to receive messages from {{business_name}} on WhatsApp. Please confirm that it was you. If you do nothing, you get no further message from us.",
          { customer_name: "Ayşe", business_name: "Ege Coffee" },
        ),
        buttons(reply("Subscribe"), reply("Stop")),
      ],
    },
    tr: {
      components: [
        body(
          "Merhaba {{customer_name}}, {{business_name}} mesajlarını WhatsApp’tan almak için bu numara bize verildi. Bunu yapanın siz olduğunuzu onaylar mısınız? Bir şey yapmazsanız bizden başka mesaj almazsınız.",
          { customer_name: "Ayşe", business_name: "Ege Kahve" },
        ),
        buttons(reply("Abone ol"), reply("Mesaj istemiyorum")),
      ],
    },
  },
};

/** Meta writes the words. */
function codeParts(button: string): TemplateComponent[] {
  return [
    { type: "BODY", add_security_recommendation: true },
    { type: "FOOTER", code_expiration_minutes: 10 },
    { type: "BUTTONS", buttons: [{ type: "OTP", otp_type: "COPY_CODE", text: button }] },
  ];
}

/** A template of ours in one of its languages; English for any other. */
export function starterOf(name: StarterName, wanted: string): Starter {
  const language = STARTER_LANGUAGES.find((one) => wanted.startsWith(one)) ?? "en";
  const { category, ...words } = WORDS[name];
  const { components, optOutButton = null } = words[language];
  return { name, language, category, parameterFormat: "NAMED", components, optOutButton };
}

export function isStarter(name: unknown): name is StarterName {
  return STARTER_NAMES.some((one) => one === name);
}
