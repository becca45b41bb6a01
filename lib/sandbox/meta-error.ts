import { randomBytes } from "node:crypto";

/** Meta's title and HTTP status of each code the stand-in answers (reference: Cloud API error codes). */
const CODES = {
  1: [400, "API Unknown"],
  10: [403, "Application does not have permission for this action"],
  33: [400, "Unsupported request"],
  100: [400, "Invalid parameter"],
  190: [401, "Error validating access token"],
  368: [403, "Temporarily blocked for policies violations"],
  2500: [400, "Unknown path components"],
  130429: [400, "Rate limit hit"],
  131000: [500, "Something went wrong"],
  131008: [400, "Required parameter is missing"],
  131009: [400, "Parameter value is not valid"],
  131021: [400, "Recipient cannot be sender"],
  131026: [400, "Message undeliverable"],
  131042: [400, "Business eligibility payment issue"],
  131047: [400, "Re-engagement message"],
  131048: [400, "Spam rate limit hit"],
  131049: [400, "This message was not delivered to maintain healthy ecosystem engagement."],
  131050: [400, "User has stopped receiving marketing messages from this business"],
  131051: [400, "Message type unknown"],
  131053: [400, "Media upload error"],
  131056: [400, "(Business Account, Consumer Account) pair rate limit hit"],
  132000: [400, "Number of parameters does not match the expected number of params"],
  132001: [404, "Template name does not exist in the translation"],
  132005: [400, "Translated text too long"],
  132012: [400, "Parameter format does not match format in the created template"],
  132015: [400, "Template is paused"],
  132016: [400, "Template is disabled"],
} as const satisfies Record<number, readonly [number, string]>;

export type MetaCode = keyof typeof CODES;

/** A refusal: Meta's code and what it says in `error_data.details`. */
export type Refusal = {
  code: MetaCode;
  details: string;
  subcode?: number;
  message?: string;
  isAboutCall?: boolean;
  /** What Graph says to a person beside it, in calls about templates. */
  user?: { title: string; message: string };
};

export function refusal(code: MetaCode, details: string): Refusal {
  return { code, details };
}

export function titleOf(code: MetaCode): string {
  return CODES[code][1];
}

const TOKEN_OR_PATH = new Set<number>([190, 2500]);

/** The HTTP answer that carries a refusal, shaped like the Graph API's. */
export function refusalAnswer({ code, details, subcode, message, isAboutCall, user }: Refusal): {
  status: number;
  body: unknown;
} {
  const isMethod = subcode === 33 || isAboutCall === true;
  const bare = isMethod || TOKEN_OR_PATH.has(code);
  return {
    status: CODES[code][0],
    body: {
      error: {
        message: message ?? (bare ? details : `(#${code}) ${CODES[code][1]}`),
        type: isMethod ? "GraphMethodException" : "OAuthException",
        code,
        ...(subcode === undefined ? {} : { error_subcode: subcode }),
        ...(user === undefined ? {} : { is_transient: false, error_user_title: user.title, error_user_msg: user.message }),
        ...(bare || user ? {} : { error_data: { messaging_product: "whatsapp", details } }),
        fbtrace_id: `A${randomBytes(17).toString("base64url")}`,
      },
    },
  };
}

/** The same refusal as it stands in a `failed` status. */
export function webhookError({ code, details }: Refusal) {
  const title = titleOf(code);
  return {
    code,
    title,
    message: title,
    error_data: { details },
    href: "https://developers.facebook.com/docs/whatsapp/cloud-api/support/error-codes/",
  };
}

/** What Meta says about a call that does not prove the app's secret. */
export function withoutProof(details: string): Refusal {
  return { code: 100, details, isAboutCall: true };
}

/** What Meta says about an id that is unknown to the token. */
export function unknownObject(id: string, method: string): Refusal {
  return {
    code: 100,
    subcode: 33,
    details: `Unsupported ${method.toLowerCase()} request. Object with ID '${id}' does not exist, cannot be loaded due to missing permissions, or does not support this operation. Please read the Graph API documentation at https://developers.facebook.com/docs/graph-api`,
  };
}
