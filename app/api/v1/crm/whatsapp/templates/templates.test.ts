import { createServer, type Server } from "node:http";
import { eq } from "drizzle-orm";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { GET as readOne } from "@/app/api/v1/crm/whatsapp/templates/[id]/route";
import { GET as list } from "@/app/api/v1/crm/whatsapp/templates/route";
import { POST as sync } from "@/app/api/v1/crm/whatsapp/templates/sync/route";
import { POST as create } from "@/app/api/v1/integrations/route";
import { ask } from "@/app/api/v1/testing";
import type { Db } from "@/db/client";
import { templates } from "@/db/schema/templates";
import { useTestDatabase } from "@/db/testing";
import { makeOrganization } from "@/db/testing-data";
import { openDatabase } from "@/lib/ctx";
import { resetEnv } from "@/lib/env";
import { accountOf, getIntegrationRow } from "@/lib/integrations/access";
import { findTemplates } from "@/lib/templates/templates";

type MetaTemplate = { id: string; name: string; language: string; [field: string]: unknown };

/** What each account of the stand-in has; a page may be told to fail. */
const accounts = new Map<string, MetaTemplate[]>();
let failAtPage: number | null = null;
let server: Server;
let url: string;

useTestDatabase();
let db: Db;

beforeAll(async () => {
  server = createServer((request, response) => {
    const asked = new URL(request.url ?? "/", "http://meta");
    const all = accounts.get(asked.pathname.split("/")[2] ?? "");
    const page = Number(asked.searchParams.get("after") ?? "0");
    const isFailing = !all || failAtPage === page;
    const error = { message: "Service temporarily unavailable", type: "OAuthException", code: 2, fbtrace_id: "x" };
    const more = all && (page + 1) * 2 < all.length;
    const body = isFailing
      ? { error }
      : {
          data: all.slice(page * 2, page * 2 + 2),
          paging: { cursors: { after: String(page + 1) }, ...(more && { next: "https://evil.example/next" }) },
        };
    response.writeHead(isFailing ? 503 : 200, { "content-type": "application/json" }).end(JSON.stringify(body));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  url = `http://127.0.0.1:${typeof address === "object" ? address?.port : 0}`;
  process.env.GRAPH_ALLOWED_HOSTS = `graph.facebook.com,${url}`;
  resetEnv();
  db = await openDatabase();
});
afterAll(() => new Promise((resolve) => server.close(resolve)));

let serial = 0;

async function connect(token: string, given: MetaTemplate[] | null) {
  serial += 1;
  const businessAccountId = `waba${serial}`;
  if (given) accounts.set(businessAccountId, given);
  const { body } = await ask(create, {
    token,
    body: {
      provider: "meta",
      category: "whatsapp",
      apiKey: "t",
      apiSecret: `pn${serial}`,
      endpointUrl: `${url}/v26.0`,
      config: { businessAccountId },
    },
  });
  return { id: body.id as string, businessAccountId };
}

function template(name: string, more: Partial<MetaTemplate> = {}): MetaTemplate {
  return {
    id: `9${name.length}${name.charCodeAt(0)}${more.language ?? "en"}`,
    name,
    language: "en",
    status: "APPROVED",
    category: "UTILITY",
    parameter_format: "POSITIONAL",
    components: [{ type: "BODY", text: "Hello {{1}}", example: { body_text: [["Jane"]] } }],
    quality_score: { score: "GREEN" },
    rejected_reason: "NONE",
    ...more,
  };
}

const SANDBOX = {
  provider: "meta",
  category: "whatsapp",
  apiKey: "t",
  endpointUrl: "https://graph.facebook.com/v26.0",
  config: { sandbox: true },
};

describe("sync", () => {
  test("reads every page, then only what changed, and removes what is gone", async () => {
    const { token } = await makeOrganization(db);
    const names = ["a", "b", "c", "d", "e"];
    const { id, businessAccountId } = await connect(
      token,
      names.map((name) => template(name)),
    );
    expect((await ask(sync, { token, body: { integrationId: id } })).body).toEqual({
      synced: 5,
      added: 5,
      changed: 0,
      removed: 0,
      failures: [],
    });
    const before = (await ask(list, { token })).body.data;
    expect(before.map((t: { name: string }) => t.name)).toEqual(names);
    expect((await ask(sync, { token, body: { integrationId: id } })).body).toEqual({
      synced: 5,
      added: 0,
      changed: 0,
      removed: 0,
      failures: [],
    });

    accounts.set(businessAccountId, [
      template("a"),
      template("b", { status: "PAUSED" }),
      template("c", { components: [{ type: "BODY", text: "New" }] }),
      template("f"),
    ]);
    expect((await ask(sync, { token, body: {} })).body).toEqual({ synced: 4, added: 1, changed: 2, removed: 2, failures: [] });
    const after = (await ask(list, { token })).body.data;
    expect(after.map((t: { name: string; status: string }) => [t.name, t.status])).toEqual([
      ["a", "APPROVED"],
      ["b", "PAUSED"],
      ["c", "APPROVED"],
      ["f", "APPROVED"],
    ]);
    expect(after[0].id).toBe(before[0].id);
  });

  test("a page that fails leaves everything as it was, and the report says where", async () => {
    const { token } = await makeOrganization(db);
    const good = await connect(token, [template("a"), template("b"), template("c")]);
    await ask(sync, { token, body: {} });
    const unknown = await connect(token, null);
    accounts.set(good.businessAccountId, [template("x")]);
    const partly = await ask(sync, { token, body: {} });
    expect(partly.status).toBe(200);
    expect(partly.body).toMatchObject({
      synced: 1,
      added: 1,
      removed: 3,
      failures: [{ integrationId: unknown.id, message: expect.stringContaining("Service temporarily unavailable") }],
    });

    accounts.set(good.businessAccountId, [template("x"), template("y"), template("z")]);
    failAtPage = 1;
    const { body } = await ask(sync, { token, body: { integrationId: good.id } });
    failAtPage = null;
    expect(body).toMatchObject({ synced: 0, added: 0, changed: 0, removed: 0, failures: [{ integrationId: good.id }] });
    expect((await ask(list, { token })).body.data.map((t: { name: string }) => t.name)).toEqual(["x"]);
  });

  test("en-US and en_US are one language", async () => {
    const { token, ctx } = await makeOrganization(db);
    const { id } = await connect(token, [template("greeting", { language: "en-US" }), template("greeting", { language: "tr" })]);
    await ask(sync, { token, body: { integrationId: id } });
    expect((await ask(list, { token, query: "?language=en-US" })).body.data).toMatchObject([
      { name: "greeting", language: "en_US" },
    ]);
    const found = await findTemplates(ctx, accountOf(await getIntegrationRow(ctx, id)), ["greeting", "nothing"]);
    expect(found.map((row) => row.language)).toEqual(["en_US", "tr"]);
  });

  test("odd parts of a template do not hide it", async () => {
    const { token } = await makeOrganization(db);
    const odd = template("odd", {
      category: undefined,
      status: undefined,
      components: [
        { type: "BODY", text: "Hi" },
        { type: "BUTTONS", buttons: [{ text: "no type" }, { type: "QUICK_REPLY", text: "Yes" }] },
        { nothing: 1 },
      ],
    });
    const { id } = await connect(token, [odd]);
    expect((await ask(sync, { token, body: { integrationId: id } })).body).toMatchObject({ added: 1, failures: [] });
    const { body } = await ask(list, { token });
    expect(body.data).toMatchObject([
      {
        name: "odd",
        status: "UNKNOWN",
        category: "MARKETING",
        components: [{ type: "BODY" }, { type: "BUTTONS", buttons: [{ type: "QUICK_REPLY" }] }],
      },
    ]);
  });

  test("the stand-in's account never mixes with a real one of the same id", async () => {
    const { token, organizationId } = await makeOrganization(db);
    const real = await connect(token, [template("real_one")]);
    const { body: sandbox } = await ask(create, {
      token,
      body: { ...SANDBOX, apiSecret: "pn", config: { sandbox: true, businessAccountId: real.businessAccountId } },
    });
    await ask(sync, { token, body: {} });
    const ofReal = await ask(list, { token, query: `?integrationId=${real.id}` });
    expect(ofReal.body.data).toMatchObject([{ name: "real_one", businessAccountId: real.businessAccountId }]);
    const ofSandbox = await ask(list, { token, query: `?integrationId=${sandbox.id}&limit=100` });
    expect(ofSandbox.body.data.length).toBeGreaterThan(10);
    expect(ofSandbox.body.data[0].businessAccountId).toBe(real.businessAccountId);
    expect(await db.$count(templates, eq(templates.organizationId, organizationId))).toBe(ofSandbox.body.data.length + 1);
  });
});

describe("the list", () => {
  test("shows the sandbox's templates with their variables, page by page and by filter", async () => {
    const { token } = await makeOrganization(db);
    await ask(create, { token, body: SANDBOX });
    await ask(sync, { token, body: {} });
    const { body: all } = await ask(list, { token, query: "?limit=100" });
    expect(all.nextCursor).toBeNull();
    const paged: string[] = [];
    for (let cursor: string | null = ""; cursor !== null; ) {
      const { body }: Awaited<ReturnType<typeof ask>> = await ask(list, {
        token,
        query: `?limit=7${cursor && `&cursor=${cursor}`}`,
      });
      paged.push(...body.data.map((t: { id: string }) => t.id));
      cursor = body.nextCursor;
    }
    expect(paged).toEqual(all.data.map((t: { id: string }) => t.id));

    const { body: orders } = await ask(list, { token, query: "?search=order_conf&language=en" });
    expect(orders.data).toMatchObject([
      { name: "order_confirmation", status: "APPROVED", parameterFormat: "NAMED", category: "UTILITY", rejectedReason: null },
    ]);
    expect(orders.data[0].variables).toEqual([
      { key: "customerName", place: "body", example: "John Doe" },
      { key: "orderNumber", place: "body", example: "ORD-12345" },
    ]);
    expect((await ask(readOne, { token, id: orders.data[0].id })).body).toEqual(orders.data[0]);
    const { body: stopped } = await ask(list, { token, query: "?status=paused,DISABLED&limit=100" });
    expect(new Set(stopped.data.map((t: { status: string }) => t.status))).toEqual(new Set(["PAUSED", "DISABLED"]));
    const { body: codes } = await ask(list, { token, query: "?category=authentication" });
    expect(new Set(codes.data.map((t: { name: string }) => t.name))).toEqual(new Set(["login_code"]));
    expect((await ask(list, { token, query: "?cursor=nonsense" })).status).toBe(400);
  });

  test("another organization's templates are not there", async () => {
    const [mine, other] = [await makeOrganization(db), await makeOrganization(db)];
    const { body: made } = await ask(create, { token: mine.token, body: SANDBOX });
    await ask(sync, { token: mine.token, body: {} });
    const { body } = await ask(list, { token: mine.token });
    expect((await ask(readOne, { token: other.token, id: body.data[0].id })).status).toBe(404);
    expect((await ask(list, { token: other.token })).body.data).toEqual([]);
    expect((await ask(list, { token: other.token, query: `?integrationId=${made.id}` })).status).toBe(404);
    expect((await ask(sync, { token: other.token, body: { integrationId: made.id } })).status).toBe(404);
    expect((await ask(sync, { token: await mine.tokenFor(["templates:read"]), body: {} })).status).toBe(403);
  });
});
