import { afterAll, beforeAll, expect, it } from "vitest";
import { type TemplateDraft, templateFindings } from "@/lib/whatsapp/template-draft-rules";
import { type SandboxServer, startSandboxServer } from "./server";

type Json = Record<string, unknown>;

let server: SandboxServer;
const account = { phoneNumberId: "111", businessAccountId: "222", accessToken: "token", appSecret: "secret", webhookUrl: null };

beforeAll(async () => {
  server = await startSandboxServer({ speed: 0 });
  server.store.registerAccount(account);
});
afterAll(() => server.close());

async function graph(method: string, path: string, body?: unknown) {
  const response = await fetch(`${server.url}/v26.0/${path}`, {
    method,
    headers: { authorization: "Bearer token", "content-type": "application/json" },
    ...(body !== undefined && { body: JSON.stringify(body) }),
  });
  return { status: response.status, json: (await response.json()) as Json & { error?: Json } };
}

/** Mulberry32: the same numbers for the same seed. */
function randomFrom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296;
  };
}

function randomTemplate(random: () => number, name: string): TemplateDraft & { components: Json[] } {
  const upTo = (most: number) => Math.floor(random() * (most + 1));
  const words = (count: number) => Array.from({ length: count }, () => "word".slice(0, 1 + upTo(3))).join(" ");
  const isNamed = random() < 0.5;
  const variables = Array.from({ length: upTo(4) }, (_, i) => (isNamed ? `name_${i}` : String(i + 1)));
  const text = variables
    .map((variable) => `${words(3)} {{${variable}}}`)
    .join(" ")
    .concat(" ", words(3 + upTo(20)), ".")
    .trim();
  const example = isNamed
    ? { body_text_named_params: variables.map((param_name) => ({ param_name, example: "value" })) }
    : { body_text: [variables.map(() => "value")] };
  const headers: Json[] = [
    { type: "HEADER", format: "TEXT", text: words(1 + upTo(10)) },
    { type: "HEADER", format: "LOCATION" },
    { type: "HEADER", format: ["IMAGE", "VIDEO", "DOCUMENT"][upTo(2)], example: { header_handle: ["4::abc"] } },
  ];
  const others: Json[] = [
    { type: "URL", text: "Open it", url: "https://example.com/{{1}}", example: ["https://example.com/1"] },
    { type: "URL", text: "Read it", url: "https://example.com" },
    { type: "PHONE_NUMBER", text: "Call us", phone_number: "+905551112233" },
  ].filter(() => random() < 0.5);
  const replies = Array.from({ length: upTo(7) }, (_, i): Json => ({ type: "QUICK_REPLY", text: `Answer ${i}` }));
  const list = random() < 0.5 ? [...replies, ...others] : [...others, ...replies];
  return {
    name,
    language: ["en", "tr", "pt_BR"][upTo(2)],
    category: random() < 0.5 ? "UTILITY" : "MARKETING",
    parameter_format: isNamed ? "NAMED" : "POSITIONAL",
    components: [
      ...(random() < 0.6 ? [headers[upTo(2)] ?? {}] : []),
      { type: "BODY", text, ...(variables.length > 0 && { example }) },
      ...(random() < 0.5 ? [{ type: "FOOTER", text: words(1 + upTo(8)) }] : []),
      ...(list.length > 0 ? [{ type: "BUTTONS", buttons: list }] : []),
    ],
  };
}

const partOf = (template: { components: Json[] }, type: string) => template.components.find((part) => part.type === type);

/** Each goes one step beyond one limit. */
const MUTATIONS: [string, (template: TemplateDraft & { components: Json[] }) => void][] = [
  ["name_format", (t) => void Object.assign(t, { name: `${String(t.name)}A` })],
  ["language_unknown", (t) => void Object.assign(t, { language: "xx" })],
  ["not_one_of", (t) => void Object.assign(t, { category: "OTHER" })],
  ["required", (t) => void Object.assign(t, { components: t.components.filter(({ type }) => type !== "BODY") })],
  ["too_long", (t) => void Object.assign(partOf(t, "BODY") ?? {}, { text: "x".repeat(1025), example: undefined })],
  ["variable_at_edge", (t) => void Object.assign(partOf(t, "BODY") ?? {}, { text: `${String(partOf(t, "BODY")?.text)} {{1}}` })],
  ["component_twice", (t) => void t.components.push({ type: "BODY", text: "Once more." })],
  ["component_unknown", (t) => void t.components.push({ type: "ASIDE" })],
];

it("takes every valid template, and refuses each step beyond a limit with the rules' own finding", async () => {
  const seed = Number(process.env.TEST_SEED ?? Date.now() % 1_000_000);
  console.info(`seed ${seed}`);
  const random = randomFrom(seed);
  for (let round = 0; round < 60; round++) {
    const template = randomTemplate(random, `random_${round}`);
    expect(templateFindings(template), JSON.stringify(template)).toEqual([]);
    const taken = await graph("POST", "222/message_templates", template);
    expect(taken.status, JSON.stringify([template, taken.json])).toBe(200);

    const [rule, mutate] = MUTATIONS[round % MUTATIONS.length] ?? ["", () => undefined];
    const wrong = structuredClone({ ...template, name: `wrong_${round}` });
    mutate(wrong);
    const findings = templateFindings(wrong);
    expect(
      findings.map((finding) => finding.rule),
      JSON.stringify(wrong),
    ).toContain(rule);
    const refused = await graph("POST", "222/message_templates", wrong);
    expect(refused.status).toBe(400);
    expect(refused.json.error?.error_user_msg).toBe(`${findings[0]?.path}: ${findings[0]?.message}`);
  }
});

const plain = {
  name: "plain",
  language: "en",
  category: "UTILITY",
  components: [{ type: "BODY", text: "Hello there, dear friend." }],
};

it("reviews as it was told, keeps a deleted name locked, and takes changes only where Meta does", async () => {
  server.store.updateSettings({ templateReview: "reject" });
  const rejected = await graph("POST", "222/message_templates", { ...plain, name: "rejected" });
  expect((await graph("GET", `${String(rejected.json.id)}?fields=status,rejected_reason`)).json).toMatchObject({
    status: "REJECTED",
    rejected_reason: "INVALID_FORMAT",
  });
  server.store.updateSettings({ templateReview: "approve", templateCategory: "marketing" });
  const { json } = await graph("POST", "222/message_templates", plain);
  expect(json).toMatchObject({ status: "PENDING", category: "MARKETING" });
  expect((await graph("POST", "222/message_templates", plain)).json.error).toMatchObject({ code: 100, error_subcode: 2388024 });
  expect((await graph("POST", String(json.id), { category: "UTILITY" })).json.error).toMatchObject({ error_subcode: 2388039 });
  expect((await graph("POST", String(json.id), { components: plain.components })).json).toEqual({ success: true });
  expect((await graph("DELETE", `222/message_templates?name=plain&hsm_id=${String(json.id)}`)).json).toEqual({ success: true });
  expect((await graph("POST", "222/message_templates", plain)).json.error).toMatchObject({ error_subcode: 2388023 });
  expect((await graph("DELETE", "222/message_templates?name=plain")).json.error).toMatchObject({ error_subcode: 2593002 });
  server.store.updateSettings({ templateCategory: "kept" });
});

it("takes a header's sample in two steps", async () => {
  const session = await graph("POST", "100000000000001/uploads?file_name=a.png&file_length=5&file_type=image/png");
  const upload = (bytes: string, headers: Record<string, string>) =>
    fetch(`${server.url}/v26.0/${String(session.json.id)}`, { method: "POST", headers, body: bytes });
  expect((await upload("12345", { authorization: "Bearer token", file_offset: "0" })).status).toBe(400);
  expect((await upload("1234", { authorization: "OAuth token", file_offset: "0" })).status).toBe(400);
  expect(await (await upload("12345", { authorization: "OAuth token", file_offset: "0" })).json()).toMatchObject({
    h: expect.stringMatching(/^4::/),
  });
  expect((await graph("POST", "100000000000001/uploads?file_name=a.svg&file_length=5&file_type=image/svg%2Bxml")).status).toBe(
    400,
  );
});
