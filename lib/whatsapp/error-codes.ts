/**
 * What a refusal means for us. Callers switch on the kind, never on the code.
 *
 * - `retry` passing trouble at Meta; `slow_down` a rate or call limit; `pair_limit` too many messages to one person
 * - `reconnect` token or permission; `billing`; `restricted` account or number held by Meta; `fix_setup` number or account not set up
 * - `bad_recipient`, `outside_window`, `marketing_held` (Meta's own cap), `experiment` (person is in a hold-out), `opted_out`
 * - `fix_template`, `template_paused` (or disabled: nothing more of it passes), `fix_media`, `fix_request` (the call itself is wrong)
 * - `unreachable` no answer of Graph at all; `unknown` a code this table does not have
 */
export type ErrorKind =
  | "retry"
  | "slow_down"
  | "pair_limit"
  | "reconnect"
  | "billing"
  | "restricted"
  | "fix_setup"
  | "bad_recipient"
  | "outside_window"
  | "marketing_held"
  | "experiment"
  | "opted_out"
  | "fix_template"
  | "template_paused"
  | "fix_media"
  | "fix_request"
  | "unreachable"
  | "unknown";

/**
 * - `safe` refused before anything was done: the same call may be made again after a wait
 * - `unsure` it may have been done: look for a status by callback data before doing it again
 * - `wait` again only after a long time or after something changed
 * - `never` not again as it is
 */
export type Retry = "safe" | "unsure" | "wait" | "never";

/** How far the trouble reaches. */
export type ErrorScope = "message" | "recipient" | "template" | "integration" | "account" | "rate";

export type CodeRule = {
  kind: ErrorKind;
  retry: Retry;
  scope: ErrorScope;
  /** Present when every further send of the integration would fare the same until a person acts. */
  pauses?: "integration";
};

type Row = readonly [codes: string, kind: ErrorKind, retry: Retry, scope: ErrorScope, pauses?: "integration"];

type Section = { source: string; rows: readonly Row[] };

/** Meta's error codes, each group with where its rules are from. `200-299` is a range with one rule and one explanation. */
const SECTIONS: readonly Section[] = [
  {
    source: 'Meta, "Handle errors" and "Rate limits" (Graph API): what every call may meet, sends among them',
    rows: [
      ["17", "slow_down", "safe", "rate"],
      ["32", "slow_down", "safe", "rate"],
      ["341", "slow_down", "safe", "rate"],
      ["80000-80006", "slow_down", "safe", "rate"],
      ["80009-80014", "slow_down", "safe", "rate"],
      ["5", "reconnect", "never", "integration", "integration"],
      ["102", "reconnect", "never", "integration", "integration"],
      ["104", "reconnect", "never", "integration", "integration"],
      ["803", "fix_setup", "never", "integration", "integration"],
      ["2500", "fix_setup", "never", "integration", "integration"],
    ],
  },
  {
    source: "Meta, “Error codes” (Cloud API), 19 November 2025: authorization, integrity, other errors",
    rows: [
      ["0", "reconnect", "never", "integration", "integration"],
      ["3", "reconnect", "never", "integration", "integration"],
      ["10", "reconnect", "never", "integration", "integration"],
      ["190", "reconnect", "never", "integration", "integration"],
      ["200-299", "reconnect", "never", "integration", "integration"],
      ["131005", "reconnect", "never", "integration", "integration"],
      ["368", "restricted", "wait", "account", "integration"],
      ["130497", "bad_recipient", "never", "recipient"],
      ["131031", "restricted", "wait", "account", "integration"],
      ["131042", "billing", "wait", "account", "integration"],
      ["131037", "fix_setup", "wait", "integration", "integration"],
      ["131045", "fix_setup", "wait", "integration", "integration"],
      ["133010", "fix_setup", "wait", "integration", "integration"],
      ["33", "fix_setup", "never", "integration", "integration"],
      ["131064", "restricted", "wait", "account", "integration"],
      ["130403", "bad_recipient", "never", "recipient"],
      ["131070", "fix_setup", "wait", "recipient"],
      ["134011", "fix_setup", "never", "account"],
    ],
  },
  {
    source: "Meta, “Error codes” (Cloud API), 19 November 2025: throttling and integrity errors",
    rows: [
      ["4", "slow_down", "safe", "rate"],
      ["80007", "slow_down", "safe", "rate"],
      ["613", "slow_down", "safe", "rate"],
      ["80008", "slow_down", "safe", "rate"],
      ["130429", "slow_down", "safe", "rate"],
      ["131056", "pair_limit", "safe", "recipient"],
      ["131048", "restricted", "wait", "integration", "integration"],
      ["133016", "slow_down", "wait", "integration"],
      ["1", "retry", "unsure", "message"],
      ["2", "retry", "unsure", "message"],
      ["131000", "retry", "unsure", "message"],
      ["131016", "retry", "unsure", "message"],
      ["131057", "retry", "unsure", "integration"],
      ["133004", "retry", "unsure", "message"],
      ["135000", "fix_request", "never", "message"],
      ["2494100", "retry", "unsure", "integration"],
      ["134101", "retry", "safe", "template"],
    ],
  },
  {
    source: "Meta, “Error codes” (Cloud API), 19 November 2025: other errors",
    rows: [
      ["131026", "bad_recipient", "never", "recipient"],
      ["131021", "bad_recipient", "never", "recipient"],
      ["131030", "bad_recipient", "never", "recipient"],
      ["131047", "outside_window", "never", "recipient"],
      ["131049", "marketing_held", "wait", "recipient"],
      ["131050", "opted_out", "never", "recipient"],
      ["130472", "experiment", "never", "recipient"],
      ["131062", "bad_recipient", "never", "recipient"],
      ["137000", "bad_recipient", "wait", "recipient"],
      ["131051", "fix_request", "never", "message"],
      ["131052", "fix_media", "never", "message"],
      ["131053", "fix_media", "never", "message"],
      ["131035", "fix_setup", "never", "message"],
      ["131036", "fix_setup", "never", "message"],
      ["131043", "fix_request", "never", "message"],
      ["100", "fix_request", "never", "message"],
      ["131008", "fix_request", "never", "message"],
      ["131009", "fix_request", "never", "message"],
      ["131055", "fix_request", "never", "message"],
      ["131061", "fix_request", "never", "template"],
      ["131063", "fix_setup", "never", "account"],
      ["131065", "fix_request", "never", "recipient"],
      ["134100", "fix_request", "never", "template"],
      ["134102", "fix_setup", "never", "account"],
      ["131044", "billing", "wait", "account"],
      ["506", "fix_request", "never", "message"],
      ["1752041", "fix_request", "never", "message"],
    ],
  },
  {
    source: "Meta, “Error codes” (Cloud API), 19 November 2025: template and flow errors",
    rows: [
      ["132000", "fix_template", "never", "template"],
      ["132001", "fix_template", "never", "template"],
      ["132005", "fix_template", "never", "message"],
      ["132007", "fix_template", "never", "template"],
      ["132008", "fix_template", "never", "message"],
      ["132012", "fix_template", "never", "message"],
      ["132015", "template_paused", "wait", "template"],
      ["132016", "template_paused", "never", "template"],
      ["132018", "fix_template", "never", "message"],
      ["141002", "fix_template", "never", "template"],
      ["132068", "fix_template", "never", "template"],
      ["132069", "fix_template", "never", "template"],
      ["2388019", "fix_template", "never", "account"],
      ["2388023", "fix_template", "never", "template"],
      ["2388024", "fix_template", "never", "template"],
      ["2388039", "fix_template", "never", "template"],
      ["2388040", "fix_template", "never", "template"],
      ["2388047", "fix_template", "never", "template"],
      ["2388072", "fix_template", "never", "template"],
      ["2388073", "fix_template", "never", "template"],
      ["2388293", "fix_template", "never", "template"],
      ["2388299", "fix_template", "never", "template"],
      ["200005-200007", "fix_template", "never", "template"],
      ["139000-139004", "fix_template", "never", "template"],
    ],
  },
  {
    source:
      "Meta, “Error codes” (Cloud API), 19 November 2025: registration and migration; the SDKs' tables for groups, calling and the block list",
    rows: [
      ["133000", "fix_setup", "never", "integration"],
      ["133001-133003", "fix_setup", "never", "integration"],
      ["133005", "fix_setup", "never", "integration"],
      ["133006", "fix_setup", "never", "integration"],
      ["133007", "fix_setup", "never", "integration"],
      ["133008", "fix_setup", "wait", "integration"],
      ["133009", "fix_setup", "wait", "integration"],
      ["133015", "fix_setup", "wait", "integration"],
      ["136024-136025", "fix_setup", "never", "integration"],
      ["2388001", "fix_setup", "never", "integration"],
      ["2388012", "fix_setup", "never", "integration"],
      ["2388091", "fix_setup", "never", "integration"],
      ["2388093", "fix_setup", "never", "integration"],
      ["2388103", "fix_setup", "never", "integration"],
      ["2593079", "fix_setup", "never", "account"],
      ["2593085", "fix_setup", "never", "account"],
      ["2593107", "fix_request", "never", "integration"],
      ["2593108", "fix_request", "never", "integration"],
      ["131020", "fix_request", "never", "message"],
      ["131041", "fix_request", "never", "message"],
      ["131059", "fix_request", "never", "message"],
      ["131201-131215", "fix_request", "never", "message"],
      ["138000-138018", "fix_request", "never", "message"],
      ["139100-139103", "fix_request", "never", "recipient"],
      ["147001-147005", "fix_request", "never", "integration"],
      ["2494164-2494179", "fix_setup", "never", "account"],
    ],
  },
];

const UNKNOWN: CodeRule = { kind: "unknown", retry: "never", scope: "message" };

type Entry = { codes: string; from: number; to: number; rule: CodeRule; source: string };

const ENTRIES: readonly Entry[] = SECTIONS.flatMap(({ source, rows }) =>
  rows.map(([codes, kind, retry, scope, pauses]) => {
    const [from = 0, to = from] = codes.split("-").map(Number);
    return { codes, from, to, source, rule: { kind, retry, scope, ...(pauses && { pauses }) } };
  }),
);

const SINGLE = new Map(ENTRIES.filter((e) => e.from === e.to).map((e) => [e.from, e]));
const RANGES = ENTRIES.filter((e) => e.from !== e.to);

function findEntry(code: number): Entry | undefined {
  return SINGLE.get(code) ?? RANGES.find((e) => code >= e.from && code <= e.to);
}

/** Subcodes that say something else than their code: 100 is a wrong call, 100 with 33 an id that is gone or that the token cannot see. */
const SUBCODES: Record<number, Record<number, number>> = { 100: { 33: 33 } };

/** Calls about templates and numbers answer 100 or 200, and say in the subcode what is wrong. */
const MANAGEMENT_SUBCODES = { from: 2_388_000, to: 2_388_999 };

/** The code of the table that a code and its subcode together mean. */
export function meaningOf(code: number, subcode: number | null): number {
  if (subcode === null) return code;
  const { from, to } = MANAGEMENT_SUBCODES;
  return SUBCODES[code]?.[subcode] ?? (subcode >= from && subcode <= to && findEntry(subcode) ? subcode : code);
}

/** HTTP's own word for a call limit: whatever limit it is, nothing was done and the call may be made later. */
const TOO_MANY_REQUESTS = 429;
const CALL_LIMIT: CodeRule = { kind: "slow_down", retry: "safe", scope: "rate" };

/** What may stand beside a code in an answer of Graph's, and changes what it means. */
type Beside = { subcode?: number | null; httpStatus?: number | null };

/**
 * The rule for one of Meta's codes. A code the table does not have, or none at all, is `unknown` and never retried, unless the
 * answer says by its HTTP status that it is a call limit.
 */
export function describeCode(code: number | null | undefined, { subcode, httpStatus }: Beside = {}): CodeRule {
  const meant = code != null && subcode != null ? meaningOf(code, subcode) : code;
  const known = meant == null ? undefined : findEntry(meant)?.rule;
  return known ?? (httpStatus === TOO_MANY_REQUESTS ? CALL_LIMIT : UNKNOWN);
}

/** Where the rule of a code is from; null for a code that the table does not have. */
export function sourceOf(code: number): string | null {
  return findEntry(code)?.source ?? null;
}

/**
 * The key of `lib/i18n/<language>/meta-errors.json` that explains a code: the code itself, its range (`200-299`), or
 * `unknown`. The two keys `not_sent` and `maybe_sent` explain a call that Graph never answered.
 */
export function explanationKey(code: number | null | undefined): string {
  return code === null || code === undefined ? "unknown" : (findEntry(code)?.codes ?? "unknown");
}

/** Every code or range of the table, in the writing of `explanationKey`. */
export const KNOWN_CODES: readonly string[] = ENTRIES.map((e) => e.codes);

/** The values do not fit the template as Meta has it now, though they may fit what was read of it. */
export const CHANGED_TEMPLATE = 132000;
