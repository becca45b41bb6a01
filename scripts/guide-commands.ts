import { readFile } from "node:fs/promises";
import { setTimeout as sleep } from "node:timers/promises";

/** A curl command of docs/guide.md with the answer that stands under it. */
export type GuideCommand = {
  title: string;
  method: string;
  url: string;
  headers: [string, string][];
  body?: string;
  expected: Answer;
};
type Answer = { status: number; body: unknown };

export type GuideTarget = {
  /** Where the server is, without a trailing slash. */
  url: string;
  token: string;
  /** How long a message may take until it is read. */
  readWithinMs: number;
  say: (line: string) => void;
};

/** Stands for a value that differs each time. */
const ANYTHING = "…";
const WRITTEN_URL = "http://localhost:3000";
const LOOK_AGAIN_MS = 250;
const FOUR_ERRORS = ["invalid_phone_number", "template_not_approved", "rate_limit_exceeded", "recipient_not_opted_in"];

/** The commands of docs/guide.md in order. Throws when one has no answer under it. */
export async function readGuide(file = "docs/guide.md"): Promise<GuideCommand[]> {
  const text = await readFile(file, "utf8");
  const commands: GuideCommand[] = [];
  let title = "";
  let command: string | undefined;
  let prose = "";
  for (const part of text.matchAll(/^#+ (.+)$|^```(\w+)\n([\s\S]*?)^```$|^(.+)$/gm)) {
    const [, heading, language, block, line] = part;
    if (heading) title = heading;
    if (line) prose += line;
    if (language === "bash" && block) {
      if (command) throw new Error(`${file}: a command under "${title}" has no answer.`);
      command = block;
      prose = "";
    }
    if (language === "json" && block && command) {
      const status = Number(/`(\d{3})`/.exec(prose)?.[1]);
      if (!status) throw new Error(`${file}: the answer under "${title}" names no status.`);
      commands.push({ title, ...parseCurl(command), expected: { status, body: JSON.parse(block) } });
      command = undefined;
    }
  }
  if (command) throw new Error(`${file}: the last command has no answer.`);
  return commands;
}

/** Reads a curl command as a shell would: quotes, continued lines, and the options -X, -H and -d. */
export function parseCurl(command: string): Pick<GuideCommand, "method" | "url" | "headers" | "body"> {
  const [name, ...words] = splitWords(command);
  if (name !== "curl") throw new Error(`Not a curl command: ${command}`);
  const headers: [string, string][] = [];
  let method: string | undefined;
  let url: string | undefined;
  let body: string | undefined;
  for (let i = 0; i < words.length; i++) {
    const word = words[i] ?? "";
    if (!word.startsWith("-")) {
      url = word;
      continue;
    }
    const value = words[++i];
    if (value === undefined) throw new Error(`${word} needs a value: ${command}`);
    if (word === "-X") method = value;
    else if (word === "-H") headers.push([value.slice(0, value.indexOf(":")).trim(), value.slice(value.indexOf(":") + 1).trim()]);
    else if (word === "-d") body = value;
    else throw new Error(`The option ${word} is not known: ${command}`);
  }
  if (!url) throw new Error(`No address: ${command}`);
  return { method: method ?? (body === undefined ? "GET" : "POST"), url, headers, ...(body === undefined ? {} : { body }) };
}

function splitWords(command: string): string[] {
  const words: string[] = [];
  for (const [word] of command.replaceAll("\\\n", " ").matchAll(/(?:'[^']*'|"[^"]*"|[^\s'"])+/g)) {
    words.push(word.replace(/'([^']*)'|"([^"]*)"/g, (_, single?: string, double?: string) => single ?? double ?? ""));
  }
  return words;
}

/**
 * Runs every command of the guide, with only YOUR_TOKEN, {integrationId} and the server's address replaced, compares each answer
 * with the one written under it, and follows the accepted messages until they are read. What the first command connected is removed
 * at the end. Answers the differences, one sentence each; none means that the guide is true.
 */
export async function runGuide(commands: readonly GuideCommand[], target: GuideTarget): Promise<string[]> {
  const differences: string[] = [];
  const accepted: { id: string; title: string }[] = [];
  const provoked = new Set<string>();
  let integrationId: string | undefined;
  try {
    for (const command of commands) {
      if (command.expected.status === 429 && integrationId) await useUpAllowance(target, integrationId);
      const filled = fill(command, target, integrationId);
      const { status, body, headers } = await call(filled);
      const found = compareAnswers(command.expected, { status, body });
      if (status === 429 && !Number(headers.get("retry-after"))) found.push("the header Retry-After is missing");
      report(target, command, status, found);
      differences.push(...found.map((difference) => `${command.title}: ${difference}`));
      const id = textAt(body, "id");
      if (status === 201 && command.url.endsWith("/integrations")) integrationId = id;
      if (status === 202) accepted.push(...idsIn(body).map((one) => ({ id: one, title: command.title })));
      const code = textAt(body, "error");
      if (code && found.length === 0) provoked.add(code);
    }
    for (const message of accepted) differences.push(...(await follow(target, message)));
  } finally {
    if (integrationId) await callApi(target, "DELETE", `/integrations/${integrationId}?force=true`);
  }
  const missing = FOUR_ERRORS.filter((code) => !provoked.has(code));
  if (missing.length > 0) differences.push(`not provoked: ${missing.join(", ")}`);
  return differences;
}

function fill(command: GuideCommand, target: GuideTarget, integrationId: string | undefined): GuideCommand {
  const replace = (text: string) =>
    text.replaceAll("YOUR_TOKEN", target.token).replaceAll("{integrationId}", integrationId ?? "{integrationId}");
  return {
    ...command,
    url: replace(command.url).replace(WRITTEN_URL, target.url),
    headers: command.headers.map(([name, value]) => [name, replace(value)]),
    ...(command.body === undefined ? {} : { body: replace(command.body) }),
  };
}

function report({ say }: GuideTarget, command: GuideCommand, status: number, found: string[]): void {
  const path = command.url.replace(WRITTEN_URL, "").replace(/\?.*/, "");
  say(`${found.length === 0 ? "✓" : "✗"} ${status}  ${command.title}: ${command.method} ${path}`);
  for (const difference of found) say(`        ${difference}`);
}

/** Brings the sandbox of an integration to its 24-hour limit: a tier of 50 people, all of them written to. */
async function useUpAllowance(target: GuideTarget, integrationId: string): Promise<void> {
  await callApi(target, "PATCH", `/sandbox/${integrationId}/settings`, { tier: "TIER_50" });
  await callApi(target, "POST", `/integrations/${integrationId}/test`);
  for (let i = 0; i <= 50; i++) {
    const phoneNumber = `+4477009005${String(i).padStart(2, "0")}`;
    await callApi(target, "POST", "/crm/consents", { phoneNumber, status: "opted_in", source: "guide" });
    if (i === 50) break;
    const template = { template: "order_confirmation", templateParams: { orderNumber: `ORD-${i}`, customerName: "Jane Doe" } };
    await callApi(target, "POST", "/crm/whatsapp/send", { integrationId, phoneNumber, ...template });
  }
}

/** Waits until a message is read; answers what went differently. */
async function follow(target: GuideTarget, { id, title }: { id: string; title: string }): Promise<string[]> {
  const seen: string[] = [];
  const endsAt = Date.now() + target.readWithinMs;
  while (Date.now() < endsAt) {
    const message = await callApi(target, "GET", `/crm/whatsapp/messages/${id}`);
    const status = textAt(message, "status") ?? "?";
    if (seen.at(-1) !== status) seen.push(status);
    if (["read", "failed", "cancelled"].includes(status)) break;
    await sleep(LOOK_AGAIN_MS);
  }
  const isRead = seen.at(-1) === "read";
  target.say(`${isRead ? "✓" : "✗"}      ${title}: ${seen.join(" → ")}`);
  return isRead ? [] : [`${title}: the message ended as ${seen.at(-1)} instead of read`];
}

async function call({ method, url, headers, body }: Pick<GuideCommand, "method" | "url" | "headers" | "body">) {
  const response = await fetch(url, { method, headers, ...(body === undefined ? {} : { body }) });
  const text = await response.text();
  return { status: response.status, headers: response.headers, body: parseJson(text) };
}

async function callApi(target: GuideTarget, method: string, path: string, body?: unknown): Promise<unknown> {
  const headers: [string, string][] = [["Authorization", `Bearer ${target.token}`]];
  if (body !== undefined) headers.push(["Content-Type", "application/json"]);
  const answer = await call({
    method,
    url: `${target.url}/api/v1${path}`,
    headers,
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  if (answer.status >= 400) throw new Error(`${method} ${path} answered ${answer.status}: ${JSON.stringify(answer.body)}`);
  return answer.body;
}

function parseJson(text: string): unknown {
  try {
    return text ? JSON.parse(text) : null;
  } catch {
    return text;
  }
}

/** What differs. An answer may have more fields than were written down, but an error only `requestId` and `details`. */
export function compareAnswers(expected: Answer, got: Answer): string[] {
  const found = expected.status === got.status ? [] : [`status ${got.status} instead of ${expected.status}`];
  compare(expected.body, got.body, "", found);
  if (textAt(expected.body, "error") && isRecord(got.body)) {
    const extra = Object.keys(got.body).filter((key) => !["error", "message", "requestId", "details"].includes(key));
    if (extra.length > 0) found.push(`unexpected ${extra.join(", ")}`);
    if (!textAt(got.body, "requestId")) found.push("requestId is missing");
  }
  return found;
}

function compare(expected: unknown, got: unknown, path: string, found: string[]): void {
  const at = path || "the answer";
  if (expected === ANYTHING) {
    if (typeof got !== "string" || got === "") found.push(`${at} is ${JSON.stringify(got)} instead of some text`);
  } else if (Array.isArray(expected)) {
    if (!Array.isArray(got) || got.length < expected.length)
      found.push(`${at} is ${JSON.stringify(got)} instead of ${expected.length} entries`);
    else for (const [i, one] of expected.entries()) compare(one, got[i], `${path}[${i}]`, found);
  } else if (isRecord(expected)) {
    if (!isRecord(got)) found.push(`${at} is ${JSON.stringify(got)} instead of an object`);
    else for (const [key, one] of Object.entries(expected)) compare(one, got[key], path ? `${path}.${key}` : key, found);
  } else if (expected !== got) {
    found.push(`${at} is ${JSON.stringify(got)} instead of ${JSON.stringify(expected)}`);
  }
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** The ids of the messages that an answer accepted: of one, or of many. */
function idsIn(answer: unknown): string[] {
  const results = isRecord(answer) && Array.isArray(answer.results) ? answer.results : [answer];
  return results.map((one) => textAt(one, "id")).filter((id) => id !== undefined);
}

function textAt(value: unknown, key: string): string | undefined {
  const found = isRecord(value) ? value[key] : undefined;
  return typeof found === "string" ? found : undefined;
}
