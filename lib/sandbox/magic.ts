/** What a magic recipient makes the stand-in do. The names are used by the rules; the sentences are for people. */
export const MAGIC_NUMBERS = [
  { phone: "+905550000001", kind: "not_on_whatsapp", code: 131026, happens: "Accepted, then failed: the number is not on WhatsApp." },
  { phone: "+905550000002", kind: "rate_limit", code: 130429, happens: "Refused twice because of the number's rate limit, then accepted." },
  { phone: "+905550000003", kind: "pair_limit", code: 131056, happens: "Refused twice because this person got too many messages, then accepted." },
  { phone: "+905550000004", kind: "marketing_held", code: 131049, happens: "Marketing templates are accepted, then held back by Meta." },
  { phone: "+905550000005", kind: "marketing_stopped", code: 131050, happens: "Marketing templates are accepted, then failed: the person stopped marketing." },
  { phone: "+905550000006", kind: "slow", code: null, happens: "Delivered only after 30 seconds." },
  { phone: "+905550000007", kind: "duplicate", code: null, happens: "Every status webhook arrives twice." },
  { phone: "+905550000008", kind: "out_of_order", code: null, happens: "Status webhooks arrive as read, delivered, sent." },
  { phone: "+905550000009", kind: "timeout", code: null, happens: "Accepted, but the answer never comes; the status webhooks do." },
  { phone: "+905550000010", kind: "empty_error", code: null, happens: "Answered with status 500 and no body; not accepted." },
  { phone: "+905550000011", kind: "html", code: null, happens: "Accepted, but the answer is an HTML page." },
  { phone: "+905550000012", kind: "template_paused", code: 132015, happens: "Templates are refused as paused." },
  { phone: "+905550000013", kind: "never_read", code: null, happens: "Delivered, but never read." },
  { phone: "+905550000014", kind: "restricted", code: 368, happens: "Refused: the account is restricted. Pauses the integration." },
  { phone: "+905550000015", kind: "payment", code: 131042, happens: "Refused: payment problem. Pauses the integration." },
  { phone: "+905550000016", kind: "early_webhook", code: null, happens: "The sent webhook arrives before the answer." },
  { phone: "+905550000017", kind: "replies", code: null, happens: "Reads the message and answers it after 5 seconds." },
  { phone: "+905550000018", kind: "opts_out", code: null, happens: "Reads the message and answers STOP after 5 seconds." },
] as const;

export type MagicKind = (typeof MAGIC_NUMBERS)[number]["kind"];

const KINDS = new Map<string, MagicKind>(MAGIC_NUMBERS.map((entry) => [entry.phone, entry.kind]));

export function magicKind(e164: string): MagicKind | undefined {
  return KINDS.get(e164);
}

/** A token that begins like this is an expired one to the stand-in. */
export const EXPIRED_TOKEN_PREFIX = "expired-token";
