export type SandboxTemplateButton =
  | { type: "QUICK_REPLY"; text: string }
  | { type: "URL"; text: string; url: string; example?: string[] }
  | { type: "PHONE_NUMBER"; text: string; phone_number: string }
  | { type: "COPY_CODE"; text?: string; example?: string[] | string }
  | { type: "FLOW"; text: string }
  | {
      type: "CATALOG" | "MPM" | "SPM" | "VOICE_CALL" | "APP" | "REQUEST_CONTACT_INFO" | "CALL_PERMISSION_REQUEST";
      text?: string;
    };

type TextExample = { param_name: string; example: string }[];

export type SandboxTemplateComponent =
  | { type: "HEADER"; format: "TEXT"; text: string; example?: { header_text?: string[]; header_text_named_params?: TextExample } }
  | {
      type: "HEADER";
      format: "IMAGE" | "VIDEO" | "DOCUMENT" | "LOCATION" | "GIF" | "PRODUCT";
      example?: { header_handle: string[] };
    }
  | {
      type: "BODY";
      text: string;
      add_security_recommendation?: boolean;
      example?: { body_text?: string[][]; body_text_named_params?: TextExample };
    }
  | { type: "FOOTER"; text: string; code_expiration_minutes?: number }
  | { type: "BUTTONS"; buttons: SandboxTemplateButton[] }
  | { type: "LIMITED_TIME_OFFER"; limited_time_offer: { text: string; has_expiration?: boolean } }
  | { type: "CAROUSEL"; cards: { components: SandboxTemplateComponent[] }[] }
  | { type: "CALL_PERMISSION_REQUEST" };

/** A template as `GET /{WABA}/message_templates` shows it. */
export type SandboxTemplate = {
  id: string;
  name: string;
  language: string;
  category: "AUTHENTICATION" | "MARKETING" | "UTILITY";
  status: "APPROVED" | "DISABLED" | "PAUSED" | "PENDING" | "REJECTED";
  parameter_format: "NAMED" | "POSITIONAL";
  components: SandboxTemplateComponent[];
  quality_score: { score: "GREEN" | "RED" | "UNKNOWN" | "YELLOW"; date: number };
  rejected_reason: string;
  message_send_ttl_seconds?: number;
  previous_category?: SandboxTemplate["category"];
};

const REVIEWED_AT = 1_789_000_000;

type Draft = Pick<SandboxTemplate, "name" | "category"> &
  Partial<Pick<SandboxTemplate, "status" | "rejected_reason" | "message_send_ttl_seconds">> & {
    format?: SandboxTemplate["parameter_format"];
    score?: SandboxTemplate["quality_score"]["score"];
    en: SandboxTemplateComponent[];
    tr: SandboxTemplateComponent[];
  };

function namedBody(text: string, examples: Record<string, string>): SandboxTemplateComponent {
  const named = Object.entries(examples).map(([param_name, example]) => ({ param_name, example }));
  return { type: "BODY", text, example: { body_text_named_params: named } };
}

function positionalBody(text: string, ...examples: string[]): SandboxTemplateComponent {
  return { type: "BODY", text, example: { body_text: [examples] } };
}

function footer(text: string): SandboxTemplateComponent {
  return { type: "FOOTER", text };
}

function quickReplies(...texts: string[]): SandboxTemplateComponent {
  return { type: "BUTTONS", buttons: texts.map((text) => ({ type: "QUICK_REPLY", text })) };
}

const DRAFTS: Draft[] = [
  {
    name: "order_confirmation",
    category: "UTILITY",
    format: "NAMED",
    en: [
      namedBody(
        "Hi {{customerName}}, thank you for your order. We have received order {{orderNumber}} and are preparing it now.",
        {
          customerName: "John Doe",
          orderNumber: "ORD-12345",
        },
      ),
      footer("We will write again when it ships."),
    ],
    tr: [
      namedBody(
        "Merhaba {{customerName}}, siparişiniz için teşekkür ederiz. {{orderNumber}} numaralı siparişinizi aldık, hazırlıyoruz.",
        {
          customerName: "Ayşe Yılmaz",
          orderNumber: "ORD-12345",
        },
      ),
      footer("Kargoya verildiğinde size haber vereceğiz."),
    ],
  },
  {
    name: "shipping_notification",
    category: "UTILITY",
    format: "NAMED",
    en: [
      { type: "HEADER", format: "TEXT", text: "Your order is on its way" },
      namedBody(
        "Hi {{customerName}}, order {{orderNumber}} left our warehouse today with {{carrier}}. The tracking number is {{trackingNumber}}.",
        {
          customerName: "John Doe",
          orderNumber: "ORD-12345",
          carrier: "UPS",
          trackingNumber: "1Z999AA10123456784",
        },
      ),
      { type: "BUTTONS", buttons: [{ type: "URL", text: "My orders", url: "https://example.com/orders" }] },
    ],
    tr: [
      { type: "HEADER", format: "TEXT", text: "Siparişiniz yola çıktı" },
      namedBody(
        "Merhaba {{customerName}}, {{orderNumber}} numaralı siparişiniz bugün {{carrier}} ile yola çıktı. Takip numaranız {{trackingNumber}}, dilediğiniz an sorgulayabilirsiniz.",
        { customerName: "Ayşe Yılmaz", orderNumber: "ORD-12345", carrier: "Yurtiçi Kargo", trackingNumber: "884512907731" },
      ),
      { type: "BUTTONS", buttons: [{ type: "URL", text: "Siparişlerim", url: "https://example.com/siparislerim" }] },
    ],
  },
  {
    name: "appointment_reminder",
    category: "UTILITY",
    format: "NAMED",
    en: [
      namedBody(
        "Hi {{customerName}}, this is a reminder of your appointment on {{appointmentDate}} at {{appointmentTime}}. Will you be there?",
        {
          customerName: "John Doe",
          appointmentDate: "24 November",
          appointmentTime: "14:30",
        },
      ),
      quickReplies("I will come", "Change the time"),
    ],
    tr: [
      namedBody(
        "Merhaba {{customerName}}, {{appointmentDate}} günü saat {{appointmentTime}} için randevunuzu hatırlatırız. Gelebilecek misiniz?",
        {
          customerName: "Ayşe Yılmaz",
          appointmentDate: "24 Kasım",
          appointmentTime: "14:30",
        },
      ),
      quickReplies("Geliyorum", "Saati değiştir"),
    ],
  },
  {
    name: "payment_confirmation",
    category: "UTILITY",
    format: "NAMED",
    en: [
      namedBody("Hi {{customerName}}, we received your payment of {{amount}} for order {{orderNumber}}. Thank you.", {
        customerName: "John Doe",
        amount: "€149.90",
        orderNumber: "ORD-12345",
      }),
    ],
    tr: [
      namedBody(
        "Merhaba {{customerName}}, {{orderNumber}} numaralı siparişiniz için {{amount}} tutarındaki ödemenizi aldık. Teşekkür ederiz.",
        {
          customerName: "Ayşe Yılmaz",
          orderNumber: "ORD-12345",
          amount: "1.249,90 TL",
        },
      ),
    ],
  },
  {
    name: "invoice_ready",
    category: "UTILITY",
    en: [
      positionalBody(
        "Hello {{1}}, your invoice {{2}} over {{3}} is ready. It is due on {{4}}, and you can open it with the button below.",
        "Jane Roe",
        "INV-2041",
        "€320.00",
        "30 November",
      ),
      {
        type: "BUTTONS",
        buttons: [
          {
            type: "URL",
            text: "Open invoice",
            url: "https://example.com/invoices/{{1}}",
            example: ["https://example.com/invoices/INV-2041"],
          },
        ],
      },
    ],
    tr: [
      positionalBody(
        "Sayın {{1}}, {{3}} tutarındaki {{2}} numaralı faturanız hazır. Son ödeme tarihi {{4}}, faturanızı aşağıdaki düğmeyle açabilirsiniz.",
        "Mehmet Demir",
        "FTR-2041",
        "3.200,00 TL",
        "30 Kasım",
      ),
      {
        type: "BUTTONS",
        buttons: [
          {
            type: "URL",
            text: "Faturayı aç",
            url: "https://example.com/faturalar/{{1}}",
            example: ["https://example.com/faturalar/FTR-2041"],
          },
        ],
      },
    ],
  },
  {
    name: "weekend_offer",
    category: "MARKETING",
    format: "NAMED",
    en: [
      {
        type: "HEADER",
        format: "TEXT",
        text: "Hi {{customerName}}, a weekend offer",
        example: { header_text_named_params: [{ param_name: "customerName", example: "John" }] },
      },
      namedBody("*{{discount}} off* everything in the shop until Sunday midnight. Use the code {{code}} at checkout.", {
        discount: "20%",
        code: "WEEKEND20",
      }),
      footer("Not interested? Tap “Stop offers”."),
      {
        type: "BUTTONS",
        buttons: [
          { type: "QUICK_REPLY", text: "Stop offers" },
          { type: "URL", text: "Shop now", url: "https://example.com/weekend" },
        ],
      },
    ],
    tr: [
      {
        type: "HEADER",
        format: "TEXT",
        text: "Merhaba {{customerName}}, hafta sonu fırsatınız hazır",
        example: { header_text_named_params: [{ param_name: "customerName", example: "Ayşe" }] },
      },
      namedBody(
        "Pazar gece yarısına kadar tüm ürünlerde *{{discount}} indirim* var. Ödeme sırasında {{code}} kodunu kullanmanız yeterli.",
        {
          discount: "%20",
          code: "HAFTASONU20",
        },
      ),
      footer("Kampanya almak istemiyorsanız “Durdur”a dokunun."),
      {
        type: "BUTTONS",
        buttons: [
          { type: "QUICK_REPLY", text: "Durdur" },
          { type: "URL", text: "Alışverişe başla", url: "https://example.com/haftasonu" },
        ],
      },
    ],
  },
  {
    name: "new_arrivals",
    category: "MARKETING",
    score: "YELLOW",
    en: [
      { type: "HEADER", format: "IMAGE", example: { header_handle: ["4::aW1hZ2UvanBlZw==:sample"] } },
      positionalBody("Hello {{1}}, the new {{2}} collection is in. You are among the first to see it.", "Jane", "autumn"),
      {
        type: "BUTTONS",
        buttons: [
          { type: "QUICK_REPLY", text: "Stop offers" },
          { type: "URL", text: "See the collection", url: "https://example.com/new" },
        ],
      },
    ],
    tr: [
      { type: "HEADER", format: "IMAGE", example: { header_handle: ["4::aW1hZ2UvanBlZw==:ornek"] } },
      positionalBody("Merhaba {{1}}, yeni {{2}} koleksiyonumuz geldi. İlk görenlerden biri siz olun.", "Elif", "sonbahar"),
      {
        type: "BUTTONS",
        buttons: [
          { type: "QUICK_REPLY", text: "Durdur" },
          { type: "URL", text: "Koleksiyonu gör", url: "https://example.com/yeni" },
        ],
      },
    ],
  },
  {
    name: "feedback_request",
    category: "UTILITY",
    en: [
      { type: "BODY", text: "Your support request is now closed. Was your problem solved?" },
      quickReplies("Yes", "No", "Talk to a person"),
    ],
    tr: [
      { type: "BODY", text: "Destek talebiniz kapatıldı. Sorununuz çözüldü mü?" },
      quickReplies("Evet", "Hayır", "Yetkiliyle görüş"),
    ],
  },
  {
    name: "login_code",
    category: "AUTHENTICATION",
    message_send_ttl_seconds: 600,
    en: [
      {
        type: "BODY",
        text: "*{{1}}* is your verification code. For your security, do not share this code.",
        add_security_recommendation: true,
        example: { body_text: [["123456"]] },
      },
      { type: "FOOTER", text: "This code expires in 10 minutes.", code_expiration_minutes: 10 },
      {
        type: "BUTTONS",
        buttons: [
          {
            type: "URL",
            text: "Copy code",
            url: "https://www.whatsapp.com/otp/code/?otp_type=COPY_CODE&code=otp{{1}}",
            example: ["https://www.whatsapp.com/otp/code/?otp_type=COPY_CODE&code=otp123456"],
          },
        ],
      },
    ],
    tr: [
      {
        type: "BODY",
        text: "*{{1}}* doğrulama kodunuzdur. Güvenliğiniz için bu kodu paylaşmayın.",
        add_security_recommendation: true,
        example: { body_text: [["123456"]] },
      },
      { type: "FOOTER", text: "Bu kodun geçerlilik süresi 10 dakikadır.", code_expiration_minutes: 10 },
      {
        type: "BUTTONS",
        buttons: [
          {
            type: "URL",
            text: "Kodu kopyala",
            url: "https://www.whatsapp.com/otp/code/?otp_type=COPY_CODE&code=otp{{1}}",
            example: ["https://www.whatsapp.com/otp/code/?otp_type=COPY_CODE&code=otp123456"],
          },
        ],
      },
    ],
  },
  {
    name: "loyalty_points",
    category: "MARKETING",
    format: "NAMED",
    status: "PENDING",
    score: "UNKNOWN",
    en: [
      namedBody("Hi {{customerName}}, you now have {{points}} points. Spend them on your next order.", {
        customerName: "John",
        points: "1,250",
      }),
    ],
    tr: [
      namedBody("Merhaba {{customerName}}, hesabınızda {{points}} puan birikti. Bir sonraki siparişinizde kullanabilirsiniz.", {
        customerName: "Ayşe",
        points: "1.250",
      }),
    ],
  },
  {
    name: "flash_sale",
    category: "UTILITY",
    status: "REJECTED",
    rejected_reason: "TAG_CONTENT_MISMATCH",
    score: "UNKNOWN",
    en: [{ type: "BODY", text: "Two hours only: half price on all shoes. Order today!" }],
    tr: [{ type: "BODY", text: "Yalnızca iki saat: tüm ayakkabılar yarı fiyatına. Hemen sipariş verin!" }],
  },
  {
    name: "winter_campaign",
    category: "MARKETING",
    format: "NAMED",
    status: "PAUSED",
    score: "RED",
    en: [
      namedBody("Hi {{customerName}}, the winter sale has begun. Coats and boots are up to 40% off.", { customerName: "John" }),
      quickReplies("Stop offers"),
    ],
    tr: [
      namedBody("Merhaba {{customerName}}, kış indirimi başladı. Mont ve botlarda %40'a varan indirim sizi bekliyor.", {
        customerName: "Ayşe",
      }),
      quickReplies("Durdur"),
    ],
  },
  {
    name: "price_change_notice",
    category: "MARKETING",
    status: "DISABLED",
    score: "RED",
    en: [{ type: "BODY", text: "Our prices change on Monday. Order now at the old price." }],
    tr: [{ type: "BODY", text: "Fiyatlarımız pazartesi günü değişiyor. Eski fiyattan almak için şimdi sipariş verin." }],
  },
];

/** The templates every account of the stand-in has, each in English and Turkish. */
export const SANDBOX_TEMPLATES: readonly SandboxTemplate[] = DRAFTS.flatMap((draft, index) =>
  (["en", "tr"] as const).map((language, offset) => ({
    id: String(915_000_000_000_001 + index * 10 + offset),
    name: draft.name,
    language,
    category: draft.category,
    status: draft.status ?? ("APPROVED" as const),
    parameter_format: draft.format ?? ("POSITIONAL" as const),
    components: draft[language],
    quality_score: { score: draft.score ?? ("GREEN" as const), date: REVIEWED_AT },
    rejected_reason: draft.rejected_reason ?? "NONE",
    ...(draft.message_send_ttl_seconds === undefined ? {} : { message_send_ttl_seconds: draft.message_send_ttl_seconds }),
  })),
);
