/**
 * What a magic recipient makes the stand-in do, with Meta's code where one is answered or told. The sentence for people is
 * `sandbox.magic.<kind>` in the catalogues.
 */
export const MAGIC_NUMBERS = [
  { phone: "+905550000001", kind: "not_on_whatsapp", code: 131026 },
  { phone: "+905550000002", kind: "rate_limit", code: 130429 },
  { phone: "+905550000003", kind: "pair_limit", code: 131056 },
  { phone: "+905550000004", kind: "marketing_held", code: 131049 },
  { phone: "+905550000005", kind: "marketing_stopped", code: 131050 },
  { phone: "+905550000006", kind: "slow", code: null },
  { phone: "+905550000007", kind: "duplicate", code: null },
  { phone: "+905550000008", kind: "out_of_order", code: null },
  { phone: "+905550000009", kind: "timeout", code: null },
  { phone: "+905550000010", kind: "empty_error", code: null },
  { phone: "+905550000011", kind: "html", code: null },
  { phone: "+905550000012", kind: "template_paused", code: 132015 },
  { phone: "+905550000013", kind: "never_read", code: null },
  { phone: "+905550000014", kind: "restricted", code: 368 },
  { phone: "+905550000015", kind: "payment", code: 131042 },
  { phone: "+905550000016", kind: "early_webhook", code: null },
  { phone: "+905550000017", kind: "replies", code: null },
  { phone: "+905550000018", kind: "opts_out", code: null },
] as const;

export type MagicKind = (typeof MAGIC_NUMBERS)[number]["kind"];

const KINDS = new Map<string, MagicKind>(MAGIC_NUMBERS.map((entry) => [entry.phone, entry.kind]));

export function magicKind(e164: string): MagicKind | undefined {
  return KINDS.get(e164);
}

/** A token that begins like this is an expired one to the stand-in. */
export const EXPIRED_TOKEN_PREFIX = "expired-token";
