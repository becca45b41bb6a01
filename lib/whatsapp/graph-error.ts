import "server-only";
import type { z } from "zod";
import { type CodeRule, describeCode, type ErrorKind } from "@/lib/whatsapp/error-codes";
import { type GraphErrorBody, UsageHeader } from "@/lib/whatsapp/graph-shapes";
import { errorCode, type GraphResponse, TransportError } from "@/lib/whatsapp/transport";

/**
 * - `not_sent` no connection was made: nothing happened
 * - `refused` Graph answered that it did not do it
 * - `maybe_sent` it may have been done: time-out or reset after the request left, an answer that is not Graph's, a success
 *   without a message id, or a code that Meta also gives for calls it has processed
 */
export type Proof = "refused" | "not_sent" | "maybe_sent";

type GraphErrorFields = {
  kind: ErrorKind;
  code: number | null;
  subcode: number | null;
  httpStatus: number | null;
  title: string;
  details: string | null;
  fbtraceId: string | null;
  proof: Proof;
  retryAfterSeconds?: number;
  raw: unknown;
};

/** Every failure of a call to Graph. No field holds the access token, even where Meta quotes it. */
export class GraphError extends Error implements GraphErrorFields {
  readonly kind: ErrorKind;
  readonly code: number | null;
  readonly subcode: number | null;
  readonly httpStatus: number | null;
  readonly title: string;
  readonly details: string | null;
  readonly fbtraceId: string | null;
  readonly proof: Proof;
  readonly retryAfterSeconds?: number;
  readonly raw: unknown;

  constructor(fields: GraphErrorFields) {
    super([fields.code === null ? "Graph" : `Graph ${fields.code}`, fields.title, fields.details].filter(Boolean).join(": "));
    this.name = "GraphError";
    this.kind = fields.kind;
    this.code = fields.code;
    this.subcode = fields.subcode;
    this.httpStatus = fields.httpStatus;
    this.title = fields.title;
    this.details = fields.details;
    this.fbtraceId = fields.fbtraceId;
    this.proof = fields.proof;
    if (fields.retryAfterSeconds !== undefined) this.retryAfterSeconds = fields.retryAfterSeconds;
    this.raw = fields.raw;
  }

  get rule(): CodeRule {
    return ruleOf(this);
  }

  /** Meta does not take the call without a proof of the app secret, or not with this one. */
  get wantsAppSecret(): boolean {
    return asksForAppSecret(this);
  }

  /** What kind of thing an id names, when Meta refused a field because it is of another kind: `Business`, `Application`. */
  get nodeType(): string | null {
    return this.code === 100 ? (/ on node type \((\w+)\)/.exec(this.title)?.[1] ?? null) : null;
  }

  /** True only when the same send may be made again without any risk of a second message. */
  get isSafeToResend(): boolean {
    return this.proof === "not_sent" || (this.proof === "refused" && this.rule.retry === "safe");
  }
}

type Refused = Pick<GraphErrorFields, "code" | "subcode" | "httpStatus" | "title" | "details">;

/** Code 100 is otherwise about the one call. Source: Meta, "Secure Graph API calls". */
const APP_SECRET_RULE: CodeRule = { kind: "reconnect", retry: "never", scope: "integration", pauses: "integration" };

function ruleOf(refused: Refused): CodeRule {
  return asksForAppSecret(refused) ? APP_SECRET_RULE : describeCode(refused.code, refused);
}

function asksForAppSecret({ code, title, details }: Pick<Refused, "code" | "title" | "details">): boolean {
  return code === 100 && /appsecret_proof/i.test(`${title} ${details}`);
}

// The three ends of a call that did not succeed: Graph refused it, something else answered, nothing answered.

export const NO_ANSWER = {
  kind: "unreachable",
  code: null,
  subcode: null,
  httpStatus: null,
  title: "",
  details: null,
  fbtraceId: null,
} as const;

export function refusal(response: GraphResponse, error: z.infer<typeof GraphErrorBody>, raw: unknown): GraphError {
  const code = error.code ?? null;
  const title = error.error_user_title ?? error.message ?? "Meta refused the call.";
  const details = error.error_data?.details ?? error.error_user_msg ?? null;
  const rule = ruleOf({
    code,
    subcode: error.error_subcode ?? null,
    httpStatus: response.status,
    title: error.message ?? title,
    details,
  });
  const isKnown = rule.kind !== "unknown";
  const isUnsure = rule.retry === "unsure" || (!isKnown && response.status >= 500) || response.status < 400;
  const retryAfterSeconds = readRetryAfter(response.headers, rule.kind);
  return new GraphError({
    kind: rule.kind,
    code,
    subcode: error.error_subcode ?? null,
    httpStatus: response.status,
    title,
    details,
    fbtraceId: error.fbtrace_id ?? null,
    proof: isUnsure ? "maybe_sent" : "refused",
    ...(retryAfterSeconds !== undefined && { retryAfterSeconds }),
    raw,
  });
}

/** Text of an answer that is kept for looking into it; HTML pages can be long. */
const RAW_CHARACTERS = 2_000;

export function withoutGraph({ response, json }: { response: GraphResponse; json: unknown }, title: string): GraphError {
  const { status, headers, text } = response;
  const retryAfterSeconds = readRetryAfter(headers, "unreachable");
  return new GraphError({
    ...NO_ANSWER,
    httpStatus: status,
    title,
    details: `HTTP ${status}`,
    proof: "maybe_sent",
    ...(retryAfterSeconds !== undefined && { retryAfterSeconds }),
    raw: json ?? text.slice(0, RAW_CHARACTERS),
  });
}

/** Codes of a connection that never stood, for transports that do not say it themselves. */
const NEVER_CONNECTED =
  /^(ECONNREFUSED|ENOTFOUND|EAI_AGAIN|EHOSTUNREACH|ENETUNREACH|UND_ERR_CONNECT_TIMEOUT|CERT_.*|DEPTH_ZERO_SELF_SIGNED_CERT|SELF_SIGNED_CERT_IN_CHAIN|UNABLE_TO_.*|ERR_TLS_CERT_ALTNAME_INVALID)$/;

export function transportFailure(error: unknown): GraphError {
  const code = error instanceof TransportError ? error.code : errorCode(error);
  const wasSent = error instanceof TransportError ? error.wasSent : !NEVER_CONNECTED.test(code);
  return new GraphError({
    ...NO_ANSWER,
    title: wasSent ? "Meta did not answer." : "Meta could not be reached.",
    details: code,
    proof: wasSent ? "maybe_sent" : "not_sent",
    raw: null,
  });
}

/** Seconds to wait: the Retry-After header, else, on a call limit, Meta's own estimate in minutes (X-Business-Use-Case-Usage). */
function readRetryAfter(headers: Record<string, string>, kind: ErrorKind): number | undefined {
  const seconds = Number(headers["retry-after"]);
  if (headers["retry-after"] !== undefined && Number.isFinite(seconds) && seconds >= 0) return Math.ceil(seconds);
  if (kind !== "slow_down") return undefined;
  const usage = UsageHeader.safeParse(parseJson(headers["x-business-use-case-usage"] ?? ""));
  if (!usage.success) return undefined;
  const minutes = Object.values(usage.data)
    .flat()
    .map((entry) => entry.estimated_time_to_regain_access ?? 0);
  const longest = Math.max(0, ...minutes);
  return longest > 0 ? Math.ceil(longest * 60) : undefined;
}

/** Undefined when it is no JSON. */
export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
