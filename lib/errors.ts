/**
 * Every error the API can answer, with its HTTP status and the sentence used when the thrower gives none.
 * The first four are the guide's and fixed word for word.
 */
export const ERRORS = {
  invalid_phone_number: [400, "Phone number format is invalid"],
  template_not_approved: [422, "Message template is not approved by Meta"],
  rate_limit_exceeded: [429, "Too many messages sent. Please wait."],
  recipient_not_opted_in: [403, "Recipient has not opted in to receive messages"],
  recipient_opted_out_at_meta: [403, "Recipient stopped marketing messages from this business in WhatsApp"],
  recipient_unreachable: [422, "There is neither a number nor a user id to write to"],
  template_invalid: [422, "Meta would not take this template"],
  template_not_found: [404, "Message template was not found for this WhatsApp account"],
  template_params_mismatch: [422, "Template parameters do not match the template"],
  outside_customer_service_window: [422, "The 24-hour customer service window is closed. Send a template instead."],
  integration_not_verified: [422, "Integration is not verified"],
  integration_paused: [422, "Integration is paused"],
  validation_failed: [400, "The request is not valid"],
  unauthorized: [401, "Authentication is required"],
  second_factor_required: [401, "This account asks for a code as well as the password"],
  wrong_code: [400, "The code is wrong, or was used already"],
  second_factor_missing: [403, "Your organization asks for a second factor. Set one up first."],
  forbidden: [403, "You do not have permission to do this"],
  not_found: [404, "Not found"],
  method_not_allowed: [405, "Method not allowed"],
  conflict: [409, "This conflicts with what is already there"],
  quota_exceeded: [409, "There is no room for another one"],
  idempotency_conflict: [409, "This idempotency key was used with a different request"],
  payload_too_large: [413, "The request body is too large"],
  unsupported_media_type: [415, "Send the body as application/json"],
  too_many_attempts: [429, "Too many attempts. Please wait."],
  graph_error: [502, "Meta did not accept the request"],
  took_too_long: [503, "This took too long. Narrow it down, or try again later."],
  not_ready: [503, "The service is not ready"],
  internal_error: [500, "Something went wrong on our side"],
} as const satisfies Record<string, readonly [number, string]>;

export type ErrorCode = keyof typeof ERRORS;

type AppErrorOptions = { details?: unknown; retryAfterSeconds?: number; allow?: readonly string[]; cause?: unknown };

/** The one error that reaches people: a code of the table, a sentence, and details where there is more to say. */
export class AppError extends Error {
  readonly code: ErrorCode;
  readonly status: number;
  readonly details?: unknown;
  readonly retryAfterSeconds?: number;
  /** The methods there are, beside `method_not_allowed`. */
  readonly allow?: readonly string[];

  constructor(code: ErrorCode, message?: string, options: AppErrorOptions = {}) {
    super(message ?? ERRORS[code][1], options.cause ? { cause: options.cause } : undefined);
    this.name = "AppError";
    this.code = code;
    this.status = ERRORS[code][0];
    this.details = options.details;
    this.retryAfterSeconds = options.retryAfterSeconds;
    this.allow = options.allow;
  }
}
