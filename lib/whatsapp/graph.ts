import "server-only";
import type { z } from "zod";
import { type CodeRule, describeCode, type ErrorKind } from "@/lib/whatsapp/error-codes";
import {
  ACCOUNT_FIELDS,
  AccountAnswer,
  ErrorAnswer,
  type GraphErrorBody,
  type HealthBody,
  HistoryAnswer,
  PHONE_CORE_FIELDS,
  PHONE_FIELDS,
  PhoneAnswer,
  SendAnswer,
  SubscribedAnswer,
  SuccessAnswer,
  TemplateEntry,
  TemplatesAnswer,
  TokenAnswer,
  UsageHeader,
} from "@/lib/whatsapp/graph-shapes";
import type { MessagePayload } from "@/lib/whatsapp/payloads";
import { TemplateComponent } from "@/lib/whatsapp/template-rules";
import {
  errorCode,
  type GraphRequest,
  type GraphResponse,
  httpTransport,
  type Transport,
  TransportError,
} from "@/lib/whatsapp/transport";

/** How to reach Graph as one integration. `baseUrl` is scheme, host and port; `version` is such as `v26.0`. */
export type GraphAccess = { baseUrl: string; version: string; accessToken: string; transport?: Transport };

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
    return describeCode(this.code);
  }

  /** True only when the same send may be made again without any risk of a second message. */
  get isSafeToResend(): boolean {
    return this.proof === "not_sent" || (this.proof === "refused" && this.rule.retry === "safe");
  }
}

export type SendReceipt = {
  messageId: string;
  /** May differ from the number that was asked for (Brazil, Mexico). Absent when sent by user id. */
  waId?: string;
  userId?: string;
  /** `accepted`, `held_for_quality_assessment`, `paused`; usually only for templates. */
  messageStatus?: string;
};

/** Sends one message. Success means that Meta accepted it, not that it was sent. Throws `GraphError`; there is no idempotency at Meta. */
export async function sendMessage(
  access: GraphAccess,
  phoneNumberId: string,
  payload: MessagePayload,
  signal?: AbortSignal,
): Promise<SendReceipt> {
  const answer = await call(access, {
    method: "POST",
    path: `${pathId(phoneNumberId)}/messages`,
    body: payload,
    signal,
    changes: true,
  });
  const parsed = SendAnswer.safeParse(answer.json);
  const message = parsed.success ? parsed.data.messages[0] : undefined;
  if (!parsed.success || !message) throw withoutGraph(answer, "Meta answered without a message id.");
  const contact = parsed.data.contacts?.[0];
  return {
    messageId: message.id,
    ...(contact?.wa_id && { waId: contact.wa_id }),
    ...(contact?.user_id && { userId: contact.user_id }),
    ...(message.message_status && { messageStatus: message.message_status }),
  };
}

export type GraphPhoneNumber = {
  id: string;
  displayPhoneNumber?: string;
  verifiedName?: string;
  /** GREEN, YELLOW, RED, NA, UNKNOWN. */
  qualityRating?: string;
  status?: string;
  nameStatus?: string;
  codeVerificationStatus?: string;
  /** SANDBOX or LIVE. */
  accountMode?: string;
  platformType?: string;
  /** STANDARD, HIGH, NOT_APPLICABLE; read it with `throughputPerSecond`. */
  throughputLevel?: string;
  /** The portfolio's tier; read it with `tierAllowance`. */
  messagingLimit?: string | number;
  isOnBizApp?: boolean;
  isOfficialBusinessAccount?: boolean;
  health?: GraphHealth;
  raw: unknown;
};

/** The business number. Falls back to the fields every version has when Graph does not know a newer one. */
export async function getPhoneNumber(access: GraphAccess, phoneNumberId: string): Promise<GraphPhoneNumber> {
  const raw = await getFields(access, phoneNumberId, PHONE_FIELDS, PHONE_CORE_FIELDS);
  const { data } = raw.parse(PhoneAnswer);
  return {
    id: data.id,
    displayPhoneNumber: data.display_phone_number,
    verifiedName: data.verified_name,
    qualityRating: data.quality_rating,
    status: data.status,
    nameStatus: data.name_status,
    codeVerificationStatus: data.code_verification_status,
    accountMode: data.account_mode,
    platformType: data.platform_type,
    throughputLevel: data.throughput?.level,
    messagingLimit: data.whatsapp_business_manager_messaging_limit ?? data.messaging_limit_tier,
    isOnBizApp: data.is_on_biz_app,
    isOfficialBusinessAccount: data.is_official_business_account,
    health: readHealth(data.health_status),
    raw: raw.json,
  };
}

export type GraphHealth = {
  /** AVAILABLE, LIMITED or BLOCKED. */
  canSendMessage: string;
  entities: {
    type: string;
    id: string | null;
    canSendMessage: string;
    errors: { code: number | null; description: string; solution: string | null }[];
    additionalInfo: string[];
  }[];
};

export type GraphBusinessAccount = {
  id: string;
  name?: string;
  status?: string;
  currency?: string;
  country?: string;
  accountReviewStatus?: string;
  businessVerificationStatus?: string;
  ownershipType?: string;
  health?: GraphHealth;
  raw: unknown;
};

/** The WhatsApp Business Account. */
export async function getBusinessAccount(access: GraphAccess, businessAccountId: string): Promise<GraphBusinessAccount> {
  const raw = await getFields(access, businessAccountId, ACCOUNT_FIELDS, "id,name");
  const { data } = raw.parse(AccountAnswer);
  return {
    id: data.id,
    name: data.name,
    status: data.status,
    currency: data.currency,
    country: data.country,
    accountReviewStatus: data.account_review_status,
    businessVerificationStatus: data.business_verification_status,
    ownershipType: data.ownership_type,
    health: readHealth(data.health_status),
    raw: raw.json,
  };
}

export type TokenInfo = {
  isValid: boolean;
  appId?: string;
  type?: string;
  scopes: string[];
  granularScopes: { scope: string; targetIds?: string[] }[];
  /** Null: never. Absent: Meta did not say. */
  expiresAt?: Date | null;
  dataAccessExpiresAt?: Date | null;
  /** Why Meta holds the token invalid. */
  error?: { code: number | null; message: string };
};

/** What Meta says of a token, by default of the access token itself. An invalid token is an answer here, not an error. */
export async function debugToken(access: GraphAccess, inputToken: string = access.accessToken): Promise<TokenInfo> {
  const answer = await call(access, { method: "GET", path: "debug_token", query: { input_token: inputToken } });
  const { data } = answer.parse(TokenAnswer).data;
  return {
    isValid: data.is_valid ?? false,
    appId: data.app_id,
    type: data.type,
    scopes: data.scopes ?? [],
    granularScopes: (data.granular_scopes ?? []).map((g) => ({
      scope: g.scope,
      ...(g.target_ids && { targetIds: g.target_ids }),
    })),
    expiresAt: readExpiry(data.expires_at),
    dataAccessExpiresAt: readExpiry(data.data_access_expires_at),
    ...(data.error && {
      error: { code: data.error.code ?? null, message: redact(data.error.message ?? "", [inputToken, access.accessToken]) },
    }),
  };
}

export type SubscribedApp = { id: string; name?: string; overrideCallbackUri?: string };

/** The apps that get the webhooks of a WhatsApp Business Account. */
export async function listSubscribedApps(access: GraphAccess, businessAccountId: string): Promise<SubscribedApp[]> {
  const answer = await call(access, { method: "GET", path: `${pathId(businessAccountId)}/subscribed_apps` });
  return answer.parse(SubscribedAnswer).data.data.flatMap((entry) => {
    const app = entry.whatsapp_business_api_data ?? entry;
    if (app.id === undefined) return [];
    return [
      {
        id: app.id,
        ...(app.name && { name: app.name }),
        ...(entry.override_callback_uri && { overrideCallbackUri: entry.override_callback_uri }),
      },
    ];
  });
}

/** Subscribes the token's app to the webhooks of the account. An override sends this account's messages to another address (200 characters at most). */
export async function subscribeApp(
  access: GraphAccess,
  businessAccountId: string,
  override?: { callbackUri: string; verifyToken: string },
): Promise<void> {
  const body = override && { override_callback_uri: override.callbackUri, verify_token: override.verifyToken };
  const answer = await call(access, {
    method: "POST",
    path: `${pathId(businessAccountId)}/subscribed_apps`,
    body: body ?? {},
    changes: true,
  });
  if (!answer.parse(SuccessAnswer).data.success) throw withoutGraph(answer, "Meta did not confirm the subscription.");
}

export type GraphTemplate = {
  id: string;
  name: string;
  language: string;
  category?: string;
  previousCategory?: string;
  correctCategory?: string;
  subCategory?: string;
  status?: string;
  components: TemplateComponent[];
  qualityScore?: string;
  rejectedReason?: string;
  parameterFormat: "POSITIONAL" | "NAMED";
  messageSendTtlSeconds?: number;
  raw: unknown;
};

const TEMPLATE_FIELDS =
  "id,name,language,category,previous_category,correct_category,sub_category,status,components,quality_score,rejected_reason,parameter_format,message_send_ttl_seconds";
const TEMPLATE_CORE_FIELDS = "id,name,language,category,status,components,quality_score,rejected_reason,parameter_format";
const MAX_PAGES = 1_000;

/**
 * All templates of an account, a page (an array) at a time. Only Meta's cursor is followed, never its `next` address, so that
 * no answer can lead the token to another host; a cursor seen before ends the listing with `GraphError`. Entries without id,
 * name and language are left out.
 */
export async function* listTemplates(
  access: GraphAccess,
  businessAccountId: string,
  options: { pageSize?: number } = {},
): AsyncGenerator<GraphTemplate[]> {
  const path = `${pathId(businessAccountId)}/message_templates`;
  const limit = String(options.pageSize ?? 100);
  const seen = new Set<string>();
  let fields = TEMPLATE_FIELDS;
  let after: string | undefined;
  for (let page = 0; page < MAX_PAGES; page++) {
    const query = (): Record<string, string> => ({ fields, limit, ...(after !== undefined && { after }) });
    let answer: Answer;
    try {
      answer = await call(access, { method: "GET", path, query: query() });
    } catch (error) {
      if (fields === TEMPLATE_CORE_FIELDS || !isUnknownField(error)) throw error;
      fields = TEMPLATE_CORE_FIELDS;
      answer = await call(access, { method: "GET", path, query: query() });
    }
    const { data } = answer.parse(TemplatesAnswer);
    yield data.data.flatMap(readTemplateEntry);
    if (!data.paging?.next) return;
    after = data.paging.cursors?.after ?? cursorOf(data.paging.next);
    if (after === undefined) return;
    if (seen.has(after)) throw withoutGraph(answer, "Meta's list of templates repeats itself.");
    seen.add(after);
  }
  throw new GraphError({
    ...NO_ANSWER,
    title: `Meta's list of templates has more than ${MAX_PAGES} pages.`,
    proof: "refused",
    raw: null,
  });
}

export type HistoryEvent = { status: string; at: Date | null; raw: unknown };

/**
 * What Meta noted for one message, for repairing a lost status. From Meta's OpenAPI description of v23.0; never seen to answer
 * for an ordinary account, so callers treat any `GraphError` as "not available". Tells nothing without a message id.
 */
export async function getMessageHistory(access: GraphAccess, phoneNumberId: string, messageId: string): Promise<HistoryEvent[]> {
  const answer = await call(access, {
    method: "GET",
    path: `${pathId(phoneNumberId)}/message_history`,
    query: { message_id: messageId, fields: "id,message_id,events" },
  });
  return answer.parse(HistoryAnswer).data.data.flatMap((entry) =>
    (entry.events?.data ?? []).flatMap((event) => {
      const status = event.delivery_status ?? event.status;
      return status ? [{ status: status.toLowerCase(), at: readMoment(event.timestamp), raw: event }] : [];
    }),
  );
}

// ---------------------------------------------------------------------------------------------------------------- calls

type CallInput = {
  method: GraphRequest["method"];
  path: string;
  query?: Record<string, string>;
  body?: unknown;
  signal?: AbortSignal;
  /** The call changes something at Meta, so that an unclear end must not be taken for a refusal. */
  changes?: boolean;
};

class Answer {
  readonly response: GraphResponse;
  readonly json: unknown;

  constructor(response: GraphResponse, json: unknown) {
    this.response = response;
    this.json = json;
  }

  parse<T>(schema: z.ZodType<T>): { data: T } {
    const parsed = schema.safeParse(this.json);
    if (!parsed.success) throw withoutGraph(this, "Meta's answer has an unexpected shape.");
    return { data: parsed.data };
  }
}

let sharedTransport: Transport | undefined;

/** The pool of connections to Graph that this thread's calls share. */
export function sharedGraphTransport(): Transport {
  sharedTransport ??= httpTransport().send;
  return sharedTransport;
}

async function call(access: GraphAccess, input: CallInput): Promise<Answer> {
  const url = new URL(`/${access.version}/${input.path}`, access.baseUrl);
  for (const [name, value] of Object.entries(input.query ?? {})) url.searchParams.set(name, value);
  const send = access.transport ?? sharedGraphTransport();
  let response: GraphResponse;
  try {
    response = await send({
      method: input.method,
      url: url.href,
      headers: {
        authorization: `Bearer ${access.accessToken}`,
        accept: "application/json",
        ...(input.body !== undefined && { "content-type": "application/json" }),
      },
      ...(input.body !== undefined && { body: JSON.stringify(input.body) }),
      ...(input.signal && { signal: input.signal }),
    });
  } catch (error) {
    throw transportFailure(error);
  }
  const secrets = [access.accessToken, input.query?.input_token ?? ""];
  const text = redact(response.text, secrets);
  const json = parseJson(text);
  const answer = new Answer({ ...response, text }, json);
  const graphError = ErrorAnswer.safeParse(json);
  if (graphError.success) throw refusal(response, graphError.data.error, json);
  if (response.status < 200 || response.status > 299 || json === undefined)
    throw withoutGraph(answer, "The answer did not come from Graph.");
  return answer;
}

async function getFields(access: GraphAccess, id: string, fields: string, coreFields: string): Promise<Answer> {
  try {
    return await call(access, { method: "GET", path: pathId(id), query: { fields } });
  } catch (error) {
    if (!isUnknownField(error)) throw error;
    return call(access, { method: "GET", path: pathId(id), query: { fields: coreFields } });
  }
}

/** An older or newer version does not know every field: code 100 "Tried accessing nonexisting field". */
function isUnknownField(error: unknown): boolean {
  return error instanceof GraphError && error.code === 100 && error.subcode !== 33;
}

/** Ids are Meta's and opaque, but one that could leave its place in the path is never sent. */
function pathId(id: string): string {
  if (/^[A-Za-z0-9_-]{1,128}$/.test(id)) return id;
  throw new GraphError({
    ...NO_ANSWER,
    kind: "fix_request",
    title: "An id holds characters that no id of Meta's has.",
    proof: "not_sent",
    raw: null,
  });
}

// --------------------------------------------------------------------------------------------------------------- errors

const NO_ANSWER = {
  kind: "unreachable",
  code: null,
  subcode: null,
  httpStatus: null,
  title: "",
  details: null,
  fbtraceId: null,
} as const;

function refusal(response: GraphResponse, error: z.infer<typeof GraphErrorBody>, raw: unknown): GraphError {
  const code = error.code ?? null;
  const rule = describeCode(code);
  const isKnown = rule.kind !== "unknown";
  const isUnsure = rule.retry === "unsure" || (!isKnown && response.status >= 500) || response.status < 400;
  const retryAfterSeconds = readRetryAfter(response.headers, rule.kind);
  return new GraphError({
    kind: rule.kind,
    code,
    subcode: error.error_subcode ?? null,
    httpStatus: response.status,
    title: error.error_user_title ?? error.message ?? "Meta refused the call.",
    details: error.error_data?.details ?? error.error_user_msg ?? null,
    fbtraceId: error.fbtrace_id ?? null,
    proof: isUnsure ? "maybe_sent" : "refused",
    ...(retryAfterSeconds !== undefined && { retryAfterSeconds }),
    raw,
  });
}

/** Text of an answer that is kept for looking into it; HTML pages can be long. */
const RAW_CHARACTERS = 2_000;

function withoutGraph(answer: Answer, title: string): GraphError {
  const { status, headers, text } = answer.response;
  const retryAfterSeconds = readRetryAfter(headers, "unreachable");
  return new GraphError({
    ...NO_ANSWER,
    httpStatus: status,
    title,
    details: `HTTP ${status}`,
    proof: "maybe_sent",
    ...(retryAfterSeconds !== undefined && { retryAfterSeconds }),
    raw: answer.json ?? text.slice(0, RAW_CHARACTERS),
  });
}

/** Codes of a connection that never stood, for transports that do not say it themselves. */
const NEVER_CONNECTED =
  /^(ECONNREFUSED|ENOTFOUND|EAI_AGAIN|EHOSTUNREACH|ENETUNREACH|UND_ERR_CONNECT_TIMEOUT|CERT_.*|DEPTH_ZERO_SELF_SIGNED_CERT|SELF_SIGNED_CERT_IN_CHAIN|UNABLE_TO_.*|ERR_TLS_CERT_ALTNAME_INVALID)$/;

function transportFailure(error: unknown): GraphError {
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

function redact(text: string, secrets: string[]): string {
  return secrets.filter((secret) => secret.length >= 4).reduce((clean, secret) => clean.replaceAll(secret, "[token]"), text);
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

// -------------------------------------------------------------------------------------------------------------- reading

function readHealth(value: z.infer<typeof HealthBody> | undefined): GraphHealth | undefined {
  if (!value) return undefined;
  return {
    canSendMessage: value.can_send_message ?? "UNKNOWN",
    entities: (value.entities ?? []).map((entity) => ({
      type: entity.entity_type ?? "UNKNOWN",
      id: entity.id ?? null,
      canSendMessage: entity.can_send_message ?? "UNKNOWN",
      errors: (entity.errors ?? []).map((e) => ({
        code: e.error_code ?? null,
        description: e.error_description ?? "",
        solution: e.possible_solution ?? null,
      })),
      additionalInfo: entity.additional_info ?? [],
    })),
  };
}

function readTemplateEntry(entry: unknown): GraphTemplate[] {
  const parsed = TemplateEntry.safeParse(entry);
  if (!parsed.success) return [];
  const t = parsed.data;
  return [
    {
      id: t.id,
      name: t.name,
      language: t.language,
      category: t.category,
      previousCategory: t.previous_category,
      correctCategory: t.correct_category,
      subCategory: t.sub_category,
      status: t.status,
      components: (t.components ?? []).flatMap((c) => {
        const component = TemplateComponent.safeParse(c);
        return component.success ? [component.data] : [];
      }),
      qualityScore: t.quality_score?.score,
      rejectedReason: t.rejected_reason,
      parameterFormat: t.parameter_format?.toUpperCase() === "NAMED" ? "NAMED" : "POSITIONAL",
      messageSendTtlSeconds: t.message_send_ttl_seconds,
      raw: entry,
    },
  ];
}

function cursorOf(next: string): string | undefined {
  return URL.canParse(next) ? (new URL(next).searchParams.get("after") ?? undefined) : undefined;
}

/** Meta writes 0 for "never". */
function readExpiry(seconds: number | undefined): Date | null | undefined {
  if (seconds === undefined) return undefined;
  return seconds > 0 ? new Date(seconds * 1000) : null;
}

function readMoment(value: string | number | undefined): Date | null {
  if (value === undefined) return null;
  const date = /^\d+$/.test(String(value)) ? new Date(Number(value) * 1000) : new Date(value);
  return Number.isNaN(date.getTime()) ? null : date;
}
