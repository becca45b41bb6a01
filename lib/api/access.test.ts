import { eq } from "drizzle-orm";
import { beforeAll, describe, expect, it } from "vitest";
import type { Db } from "@/db/client";
import { contactMerges } from "@/db/schema/contacts";
import { deadLetters, webhookEvents } from "@/db/schema/webhooks";
import { useTestDatabase } from "@/db/testing";
import { makeOrganization } from "@/db/testing-data";
import { mergeContacts } from "@/lib/contacts/merge";
import { openDatabase } from "@/lib/ctx";
import { newId } from "@/lib/ids";
import { noteActivity } from "@/lib/messages/conversation-activity";
import { allows, PERMISSIONS, type Permission, ROLE_SCOPES, ROLES } from "@/lib/organizations/permissions";
import { operationsOf } from "./openapi";
import type { RouteHandler, RouteSpec } from "./route";
import { loadRouteFiles } from "./route-files";

useTestDatabase();

type Operation = { name: string; method: string; path: string; spec: RouteSpec; handler: RouteHandler };
type Given = { headers?: Record<string, string>; ids?: Record<string, string>; body?: unknown; query?: string };

/** The only addresses that strangers may call. A route that is opened without need fails here. */
const PUBLIC = [
  "GET /api/v1/crm/whatsapp/webhook",
  "POST /api/v1/crm/whatsapp/webhook",
  "GET /api/v1/links/{token}",
  "POST /api/v1/links",
  "GET /api/v1/openapi.json",
  "GET /api/v1/preferences/{token}",
  "POST /api/v1/preferences/{token}",
  "GET /api/v1/preferences/{token}/receipt",
  "POST /api/v1/setup",
];

const PHONE = "+905551234567";
const PNG = Buffer.from(
  "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==",
  "base64",
);

/** Bodies that are valid, for the routes whose verb is not reached with `{}`. */
const BODIES: Record<string, Record<string, unknown>> = {
  "POST /api/v1/crm/conversations/{id}/assign": { assigneeId: null },
  "PATCH /api/v1/crm/conversations/{id}": { state: "closed" },
  "POST /api/v1/crm/conversations/{id}/messages": { message: "Merhaba" },
  "POST /api/v1/crm/conversations/{id}/notes": { text: "Ask again" },
  "PUT /api/v1/crm/conversations/{id}/labels": { labelIds: [] },
  "PATCH /api/v1/crm/labels/{id}": { name: "Praise" },
  "PATCH /api/v1/members/{id}": { role: "viewer" },
  "PATCH /api/v1/sandbox/{integrationId}/phones": { phone: PHONE, name: "Ayşe" },
  "POST /api/v1/sandbox/{integrationId}/replies": { from: PHONE, text: "Merhaba" },
  "POST /api/v1/crm/whatsapp/send": { phoneNumber: PHONE, message: "Merhaba" },
  "POST /api/v1/crm/whatsapp/check": { phoneNumber: PHONE, message: "Merhaba" },
  "POST /api/v1/crm/whatsapp/templates": {
    name: "shipped",
    language: "en",
    category: "UTILITY",
    components: [{ type: "BODY", text: "Your order is on its way." }],
  },
  "POST /api/v1/setup/test-message": { phoneNumber: PHONE, template: "order_confirmation", wording: "Agreed." },
};

const operations: Operation[] = (await loadRouteFiles()).flatMap(({ path, module }) =>
  operationsOf(module).map(([method, spec]) => ({
    name: `${method} ${path}`,
    method,
    path,
    spec,
    handler: module[method] as RouteHandler,
  })),
);
const guarded = operations.filter(({ spec }) => spec.permission !== "public");
const withPermission = guarded.flatMap((operation) => {
  const { permission } = operation.spec;
  return permission === "public" || permission === "signed_in" ? [] : [{ ...operation, permission }];
});

/** Each parameter of the path is filled with the id of its noun: the word before it. */
function fill(path: string, ids: Record<string, string>): Record<string, string> {
  const words = path.split("/");
  return Object.fromEntries(
    words.flatMap((word, at) => {
      const name = /^\{(\w+)\}$/.exec(word)?.[1];
      if (!name) return [];
      const noun = words[at - 1] ?? "";
      const id = ids[noun];
      if (!id) throw new Error(`There is no sample of "${noun}" for ${path}: make one in makeSamples.`);
      return [[name, id]];
    }),
  );
}

async function call({ method, path, handler }: Operation, { headers = {}, ids, body, query = "" }: Given) {
  const params = ids ? fill(path, ids) : Object.fromEntries([...path.matchAll(/\{(\w+)\}/g)].map((m) => [m[1] ?? "", "none"]));
  const url = path.replace(/\{(\w+)\}/g, (_, name: string) => encodeURIComponent(params[name] ?? ""));
  const response = await handler(
    new Request(`http://localhost:3000${url}${query}`, {
      method,
      headers: { host: "localhost:3000", ...headers, ...(body === undefined ? {} : { "content-type": "application/json" }) },
      body: body === undefined ? undefined : JSON.stringify(body),
    }),
    { params: Promise.resolve(params) },
  );
  const text = await response.text();
  return {
    status: response.status,
    text,
    answer: (text && response.headers.get("content-type")?.startsWith("application/json") ? JSON.parse(text) : {}) as Record<
      string,
      unknown
    >,
  };
}

function find(name: string): Operation {
  const operation = operations.find((candidate) => candidate.name === name);
  if (!operation) throw new Error(`There is no ${name}.`);
  return operation;
}

const bearer = (token: string) => ({ authorization: `Bearer ${token}` });

/** One of everything that has an address of its own, made through the API where it can be. */
async function makeSamples(org: Awaited<ReturnType<typeof makeOrganization>>): Promise<Record<string, string>> {
  const create = async (name: string, body: unknown, ids: Record<string, string> = {}) => {
    const { status, answer, text } = await call(find(name), { headers: bearer(org.token), body, ids });
    if (status >= 300) throw new Error(`${name} answered ${status} ${text}`);
    return answer;
  };
  const idOf = (answer: unknown): string => String((answer as { id?: unknown }).id);
  const firstOf = (answer: Record<string, unknown>): string => idOf((answer.data as unknown[])[0]);

  const integrations = idOf(
    await create("POST /api/v1/integrations", {
      provider: "meta",
      category: "whatsapp",
      apiKey: "sandbox-token",
      apiSecret: "123456789012345",
      config: { sandbox: true, phoneNumberId: "123456789012345", businessAccountId: "987654321098765" },
    }),
  );
  await create("POST /api/v1/integrations/{id}/test", undefined, { integrations });
  await create("POST /api/v1/crm/whatsapp/templates/sync", {});
  const templates = firstOf(await create("GET /api/v1/crm/whatsapp/templates", undefined));
  const contacts = idOf(await create("POST /api/v1/crm/contacts", { phoneNumber: PHONE, name: "Ayşe" }));
  await create("POST /api/v1/crm/consents", { phoneNumber: PHONE, status: "opted_in", source: "web form" });
  await create("POST /api/v1/crm/whatsapp/send", {
    phoneNumber: PHONE,
    template: "order_confirmation",
    templateParams: { orderNumber: "ORD-123", customerName: "Ayşe" },
  });
  const { organizationId } = org;
  const now = new Date();
  const give = async (name: string, given: Record<string, string> = {}) => {
    const form = new FormData();
    form.append("file", new Blob([PNG], { type: "image/png" }), "a.png");
    const request = new Request("http://localhost:3000/", { method: "POST", headers: bearer(org.token), body: form });
    return idOf(await (await find(name).handler(request, { params: Promise.resolve(given) })).json());
  };
  const twin = idOf(await create("POST /api/v1/crm/contacts", { phoneNumber: "+905551234568" }));
  await mergeContacts(org.ctx, contacts, twin);
  const [merge] = await db.select().from(contactMerges).where(eq(contactMerges.mergedId, twin));
  await noteActivity({ ...org.ctx, now }, [{ integrationId: integrations, contactId: contacts, at: now }]);
  const event = {
    id: newId("whk"),
    organizationId,
    integrationIds: [integrations],
    kinds: ["unhandled"],
    status: "processed" as const,
  };
  await db.insert(webhookEvents).values({ ...event, bodyHash: event.id, body: "?", dueAt: now, receivedAt: now });
  const letter = { id: newId("ded"), organizationId, eventId: event.id, item: "?", error: "unreadable", createdAt: now };
  await db.insert(deadLetters).values(letter);
  const conversations = firstOf(await create("GET /api/v1/crm/conversations", undefined));
  return {
    conversations,
    notes: idOf(await create("POST /api/v1/crm/conversations/{id}/notes", { text: "Ask again" }, { conversations })),
    labels: idOf(await create("POST /api/v1/crm/labels", { name: "Complaint" })),
    "saved-replies": idOf(await create("POST /api/v1/crm/saved-replies", { title: "Hours", text: "From nine to six." })),
    "webhook-events": event.id,
    "dead-letters": letter.id,
    integrations,
    sandbox: integrations,
    chats: PHONE,
    files: await give("POST /api/v1/sandbox/{integrationId}/files", { integrationId: integrations }),
    media: await give("POST /api/v1/media"),
    templates,
    contacts,
    merges: merge?.id ?? "",
    messages: firstOf(await create("GET /api/v1/crm/whatsapp/messages", undefined)),
    tokens: idOf(await create("POST /api/v1/tokens", { name: "Shop", scopes: ["messages:*"] })),
    invitations: idOf(await create("POST /api/v1/invitations", { email: "new@example.com", role: "viewer" })),
    members: (await org.addMember("operator")).userId,
    sessions: (await org.signIn()).sessionId,
  };
}

let db: Db;
let first: Awaited<ReturnType<typeof makeOrganization>>;
let other: Awaited<ReturnType<typeof makeOrganization>>;
let otherSession: Record<string, string>;
let samples: Record<string, string>;

beforeAll(async () => {
  db = await openDatabase();
  first = await makeOrganization(db);
  other = await makeOrganization(db);
  otherSession = (await other.signIn()).headers;
  samples = await makeSamples(first);
});

it("is open to strangers only where it must be", () => {
  const open = operations.filter(({ spec }) => spec.permission === "public").map(({ name }) => name);
  expect(open.sort()).toEqual([...PUBLIC].sort());
});

describe("nobody", () => {
  it.each(guarded)("gets 401 from $name", async (operation) => {
    const strangers: Record<string, string>[] = [
      {},
      bearer("dese_made-up"),
      { cookie: "next-auth.session-token=made-up", "sec-fetch-site": "same-origin" },
    ];
    for (const headers of strangers) {
      expect((await call(operation, { headers })).answer).toMatchObject({ error: "unauthorized" });
    }
  });
});

describe("another organization", () => {
  const addressed = guarded.filter(({ path }) => path.includes("{"));
  const lists = guarded.filter(({ method, path }) => method === "GET" && !path.includes("{"));
  const naming = guarded.filter(
    ({ spec }) => spec.body && "shape" in spec.body && "integrationId" in (spec.body.shape as object),
  );
  // People-only routes refuse every token; there the other organization comes with its owner's session.
  const headersFor = ({ spec }: Operation) => (spec.permission === "signed_in" ? otherSession : bearer(other.token));

  it.each(addressed)("finds nothing at $name", async (operation) => {
    const body = operation.spec.body ? (BODIES[operation.name] ?? {}) : undefined;
    const { status, answer, text } = await call(operation, { headers: headersFor(operation), ids: samples, body });
    expect({ status, error: answer.error }, `${text} (a body for BODIES?)`).toEqual({ status: 404, error: "not_found" });
  });

  it.each(lists)("sees nothing of the first in $name", async (operation) => {
    const { status, text } = await call(operation, { headers: headersFor(operation), query: queryOf(operation) });
    expect([200, 404], text).toContain(status);
    const { chats: _, ...ids } = samples;
    for (const id of [first.organizationId, first.userId, first.email, ...Object.values(ids)]) expect(text).not.toContain(id);
  });

  it.each(naming)("cannot name the first one's integration in $name", async (operation) => {
    const body = { ...BODIES[operation.name], integrationId: samples.integrations };
    const { answer, text } = await call(operation, { headers: headersFor(operation), body });
    expect(text).not.toContain('"ok":true');
    expect(answer.error ?? answer.reasons, text).toEqual(answer.reasons ?? "not_found");
  });

  it("has changed nothing of the first", async () => {
    for (const operation of addressed.filter(({ method, spec }) => method === "GET" && spec.permission !== "signed_in")) {
      const { status, text } = await call(operation, { headers: bearer(first.token), ids: samples });
      expect(status, `${operation.name} ${text}`).toBe(200);
    }
  });
});

/** A query that the route cannot do without, filled with the first organization's things. */
function queryOf({ spec }: Operation): string {
  const shape = spec.query && "shape" in spec.query ? Object.keys(spec.query.shape as object) : [];
  const known: Record<string, string> = { integrationId: samples.integrations ?? "", phoneNumber: PHONE };
  const given = shape.filter((key) => known[key]).map((key) => [key, known[key] ?? ""]);
  return given.length > 0 ? `?${new URLSearchParams(given)}` : "";
}

describe("without the permission", () => {
  const roles = ROLES.flatMap((role) =>
    withPermission
      .filter(({ permission }) => !allows(ROLE_SCOPES[role], permission))
      .map((operation) => ({ ...operation, role })),
  );
  const sessions = new Map<string, Record<string, string>>();

  beforeAll(async () => {
    for (const role of ROLES) sessions.set(role, (await (await first.addMember(role)).signIn()).headers);
  });

  it.each(roles)("the role $role gets 403 from $name", async (operation) => {
    const { answer } = await call(operation, { headers: sessions.get(operation.role) });
    expect(answer).toMatchObject({ error: "forbidden" });
  });

  it.each(withPermission)("a token with all other scopes gets 403 from $name", async (operation) => {
    const token = await first.tokenFor(PERMISSIONS.filter((permission: Permission) => permission !== operation.permission));
    expect((await call(operation, { headers: bearer(token) })).answer).toMatchObject({ error: "forbidden" });
  });

  it.each(withPermission.filter(({ method }) => method === "GET"))(
    "a token with its scope alone may call $name",
    async (operation) => {
      const token = await first.tokenFor([operation.permission]);
      const { status, text } = await call(operation, { headers: bearer(token), ids: samples, query: queryOf(operation) });
      expect(status, text).toBe(200);
    },
  );
});

describe("another site", () => {
  it.each(guarded.filter(({ method }) => method !== "GET"))("cannot use a person's cookie for $name", async (operation) => {
    const { headers } = await first.signIn();
    const elsewhere: Record<string, string>[] = [
      { "sec-fetch-site": "cross-site" },
      { "sec-fetch-site": "same-site" },
      { origin: "https://evil.example" },
      { origin: "null" },
      {},
    ];
    for (const from of elsewhere) {
      expect((await call(operation, { headers: { cookie: headers.cookie, ...from } })).answer).toMatchObject({
        error: "forbidden",
      });
    }
  });
});
