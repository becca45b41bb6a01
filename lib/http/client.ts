import type { FieldPath, FieldValues, UseFormSetError } from "react-hook-form";

/** What the API answered instead of success: its code, its sentence, and where the request can be found in the log. */
export class ApiError extends Error {
  readonly status: number;
  readonly code: string;
  readonly requestId?: string;
  readonly details?: unknown;
  readonly retryAfterSeconds?: number;

  constructor(answer: {
    status: number;
    code: string;
    message: string;
    requestId?: string;
    details?: unknown;
    retryAfterSeconds?: number;
  }) {
    super(answer.message);
    this.name = "ApiError";
    this.status = answer.status;
    this.code = answer.code;
    this.requestId = answer.requestId;
    this.details = answer.details;
    this.retryAfterSeconds = answer.retryAfterSeconds;
  }
}

/** How many rows of a list the console asks for at once, on the server and in the browser. */
export const ROWS_AT_ONCE = 50;

type QueryValue = string | number | boolean | Date | null | undefined;
export type Query = Record<string, QueryValue | readonly QueryValue[]>;
type Options = { query?: Query; body?: unknown; signal?: AbortSignal; headers?: Record<string, string> };

/** `/crm/contacts` with the query appended; empty values are left out, lists are joined by commas. */
export function apiPath(path: string, query: Query = {}): string {
  const search = new URLSearchParams();
  for (const [name, value] of Object.entries(query)) {
    const text = [value].flat().filter(isGiven).map(toText).join(",");
    if (text) search.set(name, text);
  }
  const suffix = search.size ? `?${search}` : "";
  return `/api/v1${path}${suffix}`;
}

function isGiven(value: QueryValue): value is string | number | boolean | Date {
  return value !== undefined && value !== null && value !== "";
}

function toText(value: string | number | boolean | Date): string {
  return value instanceof Date ? value.toISOString() : String(value);
}

async function call<T>(method: string, path: string, { query, body, signal, headers }: Options = {}): Promise<T> {
  const response = await fetch(apiPath(path, query), {
    method,
    signal,
    credentials: "same-origin",
    headers: { accept: "application/json", ...(body === undefined ? {} : { "content-type": "application/json" }), ...headers },
    body: body === undefined ? undefined : JSON.stringify(body),
  }).catch((cause: unknown) => {
    if (signal?.aborted) throw cause;
    throw new ApiError({ status: 0, code: "unreachable", message: "The server cannot be reached." });
  });
  if (response.status === 204) return undefined as T;
  const answer: unknown = await response.json().catch(() => undefined);
  if (!response.ok) throw toApiError(response, answer);
  return answer as T;
}

type Answered = { ok: boolean; status: number; headers: Pick<Headers, "get"> };

export function toApiError(response: Answered, answer: unknown): ApiError {
  const body = (typeof answer === "object" && answer !== null ? answer : {}) as Record<string, unknown>;
  const retryAfter = Number(response.headers.get("retry-after"));
  return new ApiError({
    status: response.status,
    code: typeof body.error === "string" ? body.error : "internal_error",
    message: typeof body.message === "string" ? body.message : `The server answered ${response.status}.`,
    requestId: typeof body.requestId === "string" ? body.requestId : (response.headers.get("x-request-id") ?? undefined),
    details: body.details,
    retryAfterSeconds: retryAfter > 0 ? retryAfter : undefined,
  });
}

/** The console's door to `/api/v1`: the same API as customers use, with the session's cookie. Throws `ApiError`. */
export const api = {
  get: <T>(path: string, options?: Omit<Options, "body">) => call<T>("GET", path, options),
  post: <T>(path: string, options?: Options) => call<T>("POST", path, options),
  put: <T>(path: string, options?: Options) => call<T>("PUT", path, options),
  patch: <T>(path: string, options?: Options) => call<T>("PATCH", path, options),
  delete: <T = void>(path: string, options?: Options) => call<T>("DELETE", path, options),
};

/**
 * Puts the server's field errors (`details: [{ path, message }]`) under their inputs.
 * True when there was at least one; otherwise the caller shows the error as a whole.
 */
export function applyFieldErrors<T extends FieldValues>(error: unknown, setError: UseFormSetError<T>): boolean {
  if (!(error instanceof ApiError) || !Array.isArray(error.details)) return false;
  const fields = error.details.filter(isFieldError);
  fields.forEach(({ path, message }, index) => {
    const name = (Array.isArray(path) ? path.join(".") : path) as FieldPath<T>;
    setError(name, { type: "server", message }, { shouldFocus: index === 0 });
  });
  return fields.length > 0;
}

/** The server's field errors by field, for `useFieldText`; none for an error of another kind. */
export function fieldErrorsOf(error: unknown): Record<string, { type: string; message: string }> {
  if (!(error instanceof ApiError) || !Array.isArray(error.details)) return {};
  return Object.fromEntries(
    error.details.filter(isFieldError).map(({ path, message }) => [[path].flat().join("."), { type: "server", message }]),
  );
}

function isFieldError(value: unknown): value is { path: string | (string | number)[]; message: string } {
  if (typeof value !== "object" || value === null || !("path" in value) || !("message" in value)) return false;
  return typeof value.message === "string" && (Array.isArray(value.path) ? value.path.length > 0 : Boolean(value.path));
}
