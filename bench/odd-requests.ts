import { Agent, request } from "node:http";

/** One operation of the OpenAPI document, as far as it is needed here. */
type Schema = {
  type?: string | string[];
  enum?: unknown[];
  const?: unknown;
  anyOf?: Schema[];
  oneOf?: Schema[];
  properties?: Record<string, Schema>;
  required?: string[];
  items?: Schema;
  format?: string;
  maxLength?: number;
  minimum?: number;
  maximum?: number;
  $ref?: string;
};
type Operation = {
  parameters?: { in: string; name: string; schema?: Schema }[];
  requestBody?: { content: Record<string, { schema?: Schema }> };
};
export type OpenApi = { paths: Record<string, Record<string, Operation>> };

export type OddRequest = { method: string; path: string; headers: Record<string, string>; body?: string };
type Known = { token: string; ids: readonly string[]; pages: readonly string[] };

/** Chance that is the same for the same seed (mulberry32). */
export function makeChance(seed: number) {
  let state = seed >>> 0;
  const next = () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
  return {
    below: (limit: number) => Math.floor(next() * limit),
    often: (share: number) => next() < share,
    pick: <T>(list: readonly T[]): T => list[Math.floor(next() * list.length)] as T,
  };
}
type Chance = ReturnType<typeof makeChance>;

const TEXTS = [
  "",
  " ",
  "\0",
  "a\0b",
  "\ud800",
  "x\udfff",
  "\u202eevil",
  "ı İ ş",
  "👩‍👩‍👧‍👦",
  "a".repeat(5_000),
  "__proto__",
  "constructor",
  "toString",
  "../../etc/passwd",
  "%00",
  "%",
  "' or 1=1 --",
  "<script>alert(1)</script>",
  "{{1}}",
  "NaN",
  "null",
  "1e309",
  "-0",
  "0x10",
  "\r\nset-cookie: a=b",
  "+905551234567",
  "0532 123 45 67",
  "00905551234567890123456789",
  "a@b",
  "https://evil.example",
  "javascript:alert(1)",
  "Europe/Istanbul",
  "en_US",
];
const MOMENTS = [
  "2026-11-25T12:00:00Z",
  "0000-01-01T00:00:00Z",
  "0001-01-01T00:00:00+14:00",
  "9999-12-31T23:59:59-14:00",
  "2026-02-30T00:00:00Z",
  "+275760-09-13T00:00:00Z",
  "2026-11-25",
  "yesterday",
];
const NUMBERS = [0, -1, 1, 25, 100, 101, 1.5, 2 ** 31, 2 ** 53, -(2 ** 63), 1e308, 1e-320];
const ENCODED = ["%ff", "%zz", "%", "%c0%af", "%00", "%E4%B8%AD", "%F0%9F%98%80", "%2e%2e%2f", "%0d%0a", "a", "..%5c"];
const HOSTS = ["localhost", "a:99999", "999.999.999.999", "xn--a", "[:::]", "evil.example", "[::1]:1", "a_b", ""];

/** Requests without end: from the API's description, mutated ones of it, pages, sign-in and Meta's door, all by one seed. */
export function* oddRequests(api: OpenApi, known: Known, seed: number): Generator<OddRequest> {
  const chance = makeChance(seed);
  const operations = Object.entries(api.paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => ({ path, method: method.toUpperCase(), operation })),
  );
  for (;;) {
    const of = chance.below(100);
    const odd =
      of < 65
        ? ofApi(chance, known, chance.pick(operations))
        : of < 80
          ? ofPages(chance, known)
          : of < 93
            ? ofSignIn(chance)
            : ofWebhook(chance);
    if (chance.often(0.02)) odd.headers.host = chance.pick(HOSTS);
    if (chance.often(0.02)) odd.method = chance.pick(["HEAD", "OPTIONS", "PUT", "PATCH", "DELETE", "TRACE"]);
    yield odd;
  }
}

/** An object may have lost what makes a text of it. */
function asText(value: unknown): string {
  return typeof value === "object" && value !== null ? (JSON.stringify(value) ?? "") : String(value);
}

function ofApi(
  chance: Chance,
  known: Known,
  { path, method, operation }: { path: string; method: string; operation: Operation },
): OddRequest {
  const id = () => (chance.often(0.6) ? chance.pick(known.ids) : chance.pick([...ENCODED, "msg_0", "x".repeat(200)]));
  const filled = path.replace(/\{\w+\}/g, id);
  const query = (operation.parameters ?? [])
    .filter((parameter) => parameter.in === "query" && chance.often(0.4))
    .map(
      ({ name, schema }) =>
        `${name}=${encode(chance, asText(chance.often(0.7) ? fitting(chance, schema) : anything(chance, 0)))}`,
    );
  if (chance.often(0.05)) query.push(`${encode(chance, chance.pick(TEXTS))}=1`);
  const headers: Record<string, string> = chance.often(0.93) ? { authorization: `Bearer ${known.token}` } : {};
  const schema = operation.requestBody?.content["application/json"]?.schema;
  const address = query.length > 0 ? `${filled}?${query.join("&")}` : filled;
  if (!schema || method === "GET") return { method, path: address, headers };
  headers["content-type"] = chance.often(0.95)
    ? "application/json"
    : chance.pick(["text/plain", "application/json; charset=x", "a/b", ""]);
  return {
    method,
    path: address,
    headers,
    body: bodyOf(chance, chance.often(0.8) ? mutate(chance, fitting(chance, schema)) : anything(chance, 0)),
  };
}

function ofPages(chance: Chance, { pages, ids }: Known): OddRequest {
  const page = chance.pick(pages);
  const path = chance.often(0.3)
    ? `${page === "/" ? "" : page}/${chance.often(0.3) ? chance.pick(ids) : chance.pick(ENCODED)}`
    : page;
  const query = chance.often(0.5)
    ? `?${chance.pick(["search", "next", "token", "sort", "_rsc", "to", "status"])}=${encode(chance, chance.pick(TEXTS))}`
    : "";
  const headers: Record<string, string> = {};
  if (chance.often(0.3)) headers.rsc = chance.pick(["1", "0", "x"]);
  if (chance.often(0.2))
    headers["next-router-state-tree"] = chance.pick(["%", "x", "[]", "%5B%22%22%2C%7B%7D%5D", "null", "%7B", "1".repeat(9_000)]);
  if (chance.often(0.1)) headers["next-router-prefetch"] = chance.pick(["1", "2", "x"]);
  if (chance.often(0.1)) headers["next-router-segment-prefetch"] = chance.pick(["/_tree", "/_index", "x", "/%ff"]);
  if (chance.often(0.05)) headers["next-url"] = chance.pick(["/", "x", "%"]);
  if (chance.often(0.1)) headers.cookie = `next-auth.session-token=${chance.pick(["x", "a.b.c", "%", "e30..."])}`;
  if (chance.often(0.05)) headers["next-action"] = "x";
  return { method: chance.often(0.95) ? "GET" : "POST", path: path + query, headers };
}

function ofSignIn(chance: Chance): OddRequest {
  const place = chance.pick([
    "csrf",
    "session",
    "signout",
    "signin",
    "signin/oidc",
    "callback/credentials",
    "callback/oidc",
    "error",
    "_log",
    "providers",
    chance.pick(ENCODED),
  ]);
  const query = chance.often(0.4)
    ? `?${chance.pick(["callbackUrl", "error", "code", "state", "json"])}=${encode(chance, chance.pick(TEXTS))}`
    : "";
  const headers: Record<string, string> = {};
  if (chance.often(0.5)) {
    const name = chance.pick([
      "next-auth.callback-url",
      "next-auth.csrf-token",
      "next-auth.session-token",
      "next-auth.state",
      "x",
    ]);
    headers.cookie = `${name}=${escaped(chance.pick(TEXTS))}`;
  }
  if (chance.often(0.4)) return { method: "GET", path: `/api/auth/${place}${query}`, headers };
  const isForm = chance.often(0.6);
  headers["content-type"] = isForm
    ? "application/x-www-form-urlencoded"
    : chance.pick(["application/json", "text/plain", "multipart/form-data"]);
  const fields = ["email", "password", "csrfToken", "callbackUrl", "json", "redirect"].filter(() => chance.often(0.6));
  const body = isForm
    ? fields.map((name) => `${name}=${encode(chance, chance.pick(TEXTS))}`).join("&")
    : bodyOf(chance, Object.fromEntries(fields.map((name) => [name, anything(chance, 2)])));
  return { method: "POST", path: `/api/auth/${place}${query}`, headers, body };
}

function ofWebhook(chance: Chance): OddRequest {
  const path = "/api/v1/crm/whatsapp/webhook";
  if (chance.often(0.2))
    return {
      method: "GET",
      path: `${path}?hub.mode=subscribe&hub.verify_token=${encode(chance, chance.pick(TEXTS))}&hub.challenge=1`,
      headers: {},
    };
  const headers = {
    "content-type": "application/json",
    "x-hub-signature-256": `sha256=${"0".repeat(chance.pick([64, 64, 63, 0]))}`,
  };
  const value = { metadata: { phone_number_id: anything(chance, 1) }, messages: anything(chance, 0) };
  return {
    method: "POST",
    path,
    headers,
    body: bodyOf(
      chance,
      mutate(chance, { object: "whatsapp_business_account", entry: [{ id: "1", changes: [{ field: "messages", value }] }] }),
    ),
  };
}

/** A value that the schema allows, or nearly. */
function fitting(chance: Chance, schema: Schema = {}, depth = 0): unknown {
  const choices = schema.anyOf ?? schema.oneOf;
  if (choices) return fitting(chance, chance.pick(choices), depth);
  if (schema.const !== undefined) return schema.const;
  if (schema.enum) return chance.pick(schema.enum);
  switch (Array.isArray(schema.type) ? chance.pick(schema.type) : schema.type) {
    case "object": {
      const wanted = Object.entries(schema.properties ?? {}).filter(
        ([name]) => schema.required?.includes(name) || chance.often(0.5),
      );
      return Object.fromEntries(
        wanted.map(([name, part]) => [name, depth > 6 ? null : fittingNamed(chance, name, part, depth + 1)]),
      );
    }
    case "array":
      return Array.from({ length: chance.below(3) }, () => fitting(chance, schema.items, depth + 1));
    case "integer":
    case "number":
      return chance.often(0.7)
        ? (schema.minimum ?? 0) + chance.below(Math.min(100, schema.maximum ?? 100))
        : chance.pick(NUMBERS);
    case "boolean":
      return chance.often(0.5);
    case "null":
      return null;
    default:
      if (schema.format === "date-time") return chance.pick(MOMENTS);
      return chance.often(0.6) ? `text ${chance.below(1_000)}` : chance.pick(TEXTS);
  }
}

function fittingNamed(chance: Chance, name: string, schema: Schema, depth: number): unknown {
  if (/phone/i.test(name) && chance.often(0.7)) return `+9055${10_000_000 + chance.below(80_000_000)}`;
  if (/(At|For|From|To)$/.test(name) && chance.often(0.5)) return chance.pick(MOMENTS);
  return fitting(chance, schema, depth);
}

function anything(chance: Chance, depth: number): unknown {
  if (depth > 3) return chance.pick(TEXTS);
  switch (chance.below(9)) {
    case 0:
      return chance.pick(NUMBERS);
    case 1:
      return null;
    case 2:
      return chance.often(0.5);
    case 3:
      return Array.from({ length: chance.below(4) }, () => anything(chance, depth + 1));
    case 4:
      return Object.fromEntries(Array.from({ length: chance.below(4) }, () => [chance.pick(TEXTS), anything(chance, depth + 1)]));
    case 5:
      return chance.pick(MOMENTS);
    default:
      return chance.pick(TEXTS);
  }
}

/** Up to three of a value's parts become something else, go, or come twice. */
function mutate(chance: Chance, value: unknown): unknown {
  for (let left = chance.below(4); left > 0; left--) {
    if (typeof value !== "object" || value === null) return anything(chance, 0);
    const keys = Object.keys(value);
    const key = keys.length > 0 ? chance.pick(keys) : "";
    const part = Reflect.get(value, key);
    const change = chance.below(5);
    if (change === 0) Reflect.deleteProperty(value, key);
    else if (change === 1) Reflect.set(value, chance.pick(["extra", "id", "organizationId"]), anything(chance, 0));
    else Reflect.set(value, key, chance.often(0.5) && typeof part === "object" ? mutate(chance, part) : anything(chance, 0));
  }
  return value;
}

function bodyOf(chance: Chance, value: unknown): string {
  const text = JSON.stringify(value) ?? "";
  if (chance.often(0.96)) return text;
  return chance.pick([
    text.slice(0, -1),
    `${text}}`,
    "[".repeat(5_000),
    "",
    "\ufeff{}",
    '{"a":1,"a":2}',
    `{"__proto__":${text}}`,
    "NaN",
    "1e999",
  ]);
}

function encode(chance: Chance, text: string): string {
  return chance.often(0.05) ? chance.pick(ENCODED) : escaped(text);
}

/** Half a character cannot be escaped: the bytes of a text have none. */
function escaped(text: string): string {
  return encodeURIComponent(Buffer.from(text).toString("utf8"));
}

export type Outcome = { statuses: Record<string, number>; failures: { request: OddRequest; status: number; answer: string }[] };

/** Sends `count` of them, `connections` at a time. A failure is an answer of 5xx, but for Meta's own (`graph_error`), or none at all. */
export async function sendOdd(url: string, requests: Generator<OddRequest>, count: number, connections = 8): Promise<Outcome> {
  const agent = new Agent({ keepAlive: true, maxSockets: connections });
  const outcome: Outcome = { statuses: {}, failures: [] };
  let left = count;
  const work = async () => {
    while (left-- > 0) {
      const odd = requests.next().value as OddRequest;
      const { status, answer } = await send(url, agent, odd);
      outcome.statuses[status] = (outcome.statuses[status] ?? 0) + 1;
      const isMeta = status === 502 && answer.includes('"graph_error"');
      if ((status >= 500 || status === 0) && !isMeta)
        outcome.failures.push({ request: odd, status, answer: answer.slice(0, 300) });
    }
  };
  await Promise.all(Array.from({ length: connections }, work));
  agent.destroy();
  return outcome;
}

function send(
  url: string,
  agent: Agent,
  { method, path, headers, body }: OddRequest,
): Promise<{ status: number; answer: string }> {
  const { hostname, port } = new URL(url);
  return new Promise((done) => {
    const sent = request(
      {
        hostname,
        port,
        method,
        path,
        headers: { ...headers, ...(body === undefined ? {} : { "content-length": String(Buffer.byteLength(body)) }) },
        agent,
      },
      (answer) => {
        let text = "";
        answer.setEncoding("utf8").on("data", (chunk: string) => {
          text = (text + chunk).slice(0, 2_000);
        });
        answer.once("close", () => done({ status: answer.statusCode ?? 0, answer: text }));
      },
    );
    sent.once("error", (error) => done({ status: 0, answer: error.message }));
    sent.end(body);
  });
}
