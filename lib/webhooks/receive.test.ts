import { eq, inArray } from "drizzle-orm";
import { afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { GET } from "@/app/api/v1/crm/whatsapp/webhook/route";
import type { Db } from "@/db/client";
import { integrations } from "@/db/schema/integrations";
import { webhookEvents } from "@/db/schema/webhooks";
import { useTestDatabase } from "@/db/testing";
import { makeOrganization } from "@/db/testing-data";
import { openDatabase } from "@/lib/ctx";
import { resetEnv } from "@/lib/env";
import type { IntegrationRow } from "@/lib/integrations/access";
import { addIntegration } from "@/lib/messages/testing";
import { signature } from "@/lib/sandbox/bodies";
import { bodyOf, deliver, entryOf, eventsOf, statusBody } from "./testing";

useTestDatabase();

let db: Db;
beforeAll(async () => {
  db = await openDatabase();
});

async function makeNumber(given: Partial<IntegrationRow> = {}) {
  const { organizationId } = await makeOrganization(db);
  const integration = await addIntegration(db, organizationId, given);
  return { organizationId, integration, secret: integration.appSecret ?? "", events: () => eventsOf(db, organizationId) };
}

const THREE_MB = 3 * 1024 * 1024;
const countEvents = async () => (await db.select({ id: webhookEvents.id }).from(webhookEvents)).length;
let made = 0;
const oneStatus = (integration: IntegrationRow) => statusBody(integration, [{ id: `wamid.${++made}`, status: "sent" }]);

describe("bodies beyond the organization's quota", () => {
  beforeEach(() => {
    process.env.QUOTAS = "webhook_megabytes=1";
    resetEnv();
  });
  afterEach(() => {
    delete process.env.QUOTAS;
    resetEnv();
  });
  /** Some 400 kB as they are kept. */
  const large = (integration: IntegrationRow) =>
    statusBody(integration, [{ id: `wamid.${++made}`, status: "sent", biz_opaque_callback_data: "x".repeat(300_000) }]);

  test("are refused while nothing of them may go, and push out the oldest that were processed", async () => {
    const { integration, secret, events } = await makeNumber();
    const send = () => deliver(large(integration), secret);
    expect([await send(), await send(), await send()]).toEqual([200, 200, 409]);
    const before = await events();
    expect(before).toHaveLength(2);
    const another = await makeNumber();
    expect(await deliver(large(another.integration), another.secret)).toBe(200);

    await db
      .update(webhookEvents)
      .set({ status: "processed" })
      .where(
        inArray(
          webhookEvents.id,
          before.map(({ id }) => id),
        ),
      );
    expect(await send()).toBe(200);
    const after = await events();
    expect(after.map(({ status }) => status)).toEqual(["pending"]);
    expect(await another.events()).toHaveLength(1);
  });
});

describe("Meta's question whether the address is ours", () => {
  const askWith = async (query: Record<string, string>) => {
    const response = await GET(new Request(`http://localhost/api/v1/crm/whatsapp/webhook?${new URLSearchParams(query)}`), {
      params: Promise.resolve({}),
    });
    return { status: response.status, type: response.headers.get("content-type"), text: await response.text() };
  };

  test("is answered with the challenge, as plain text, when the token is an integration's", async () => {
    const { integration } = await makeNumber();
    const answer = await askWith({
      "hub.mode": "subscribe",
      "hub.verify_token": integration.webhookVerifyToken,
      "hub.challenge": "1158201444",
    });
    expect(answer).toMatchObject({ status: 200, text: "1158201444", type: expect.stringContaining("text/plain") });
  });

  test("is refused for another token, none, another mode, and the token of a removed integration", async () => {
    const { integration } = await makeNumber();
    const right = { "hub.mode": "subscribe", "hub.verify_token": integration.webhookVerifyToken, "hub.challenge": "1" };
    expect((await askWith({ ...right, "hub.verify_token": `${integration.webhookVerifyToken}x` })).status).toBe(403);
    expect((await askWith({ ...right, "hub.verify_token": "" })).status).toBe(403);
    expect((await askWith({ ...right, "hub.mode": "unsubscribe" })).status).toBe(403);
    expect((await askWith({})).status).toBe(403);
    await db.update(integrations).set({ deletedAt: new Date() }).where(eq(integrations.id, integration.id));
    expect((await askWith(right)).status).toBe(403);
  });
});

describe("a body that Meta posts", () => {
  test("with the right signature is stored as it stands, once, however often it comes", async () => {
    const { integration, secret, events, organizationId } = await makeNumber();
    const body = oneStatus(integration).replaceAll("wamid", "\\u0077amid");
    expect(await Promise.all([1, 2, 3].map(() => deliver(body, secret)))).toEqual([200, 200, 200]);
    expect(await deliver(body, secret)).toBe(200);
    expect(await events()).toMatchObject([
      { organizationId, integrationIds: [integration.id], body, kinds: ["status"], status: "pending" },
    ]);
  });

  test("with a missing, wrong or odd signature, or one altered byte, is refused with 401 and not stored", async () => {
    const { integration, secret } = await makeNumber();
    const body = oneStatus(integration);
    const before = await countEvents();
    expect(await deliver(body, null, null)).toBe(401);
    expect(await deliver(body, "another secret")).toBe(401);
    expect(await deliver(body, "")).toBe(401);
    for (const header of ["", "sha256=", "sha256=00", `sha1=${"0".repeat(40)}`, signature(secret, body).slice(0, -1)])
      expect(await deliver(body, null, header)).toBe(401);
    expect(await deliver(body.replace("905550009999", "905550009998"), null, signature(secret, body))).toBe(401);
    expect(await deliver(`${body} `, null, signature(secret, body))).toBe(401);
    expect(await countEvents()).toBe(before);
  });

  test("of a number without an app secret is refused, whatever it is signed with", async () => {
    const { integration } = await makeNumber({ appSecret: null });
    expect(await deliver(oneStatus(integration), "")).toBe(401);
    expect(await deliver(oneStatus(integration), "secret")).toBe(401);
  });

  test("of 3 MB with thousands of statuses is stored, and one byte more is refused with 413 before anything else", async () => {
    const { integration, secret, events } = await makeNumber();
    const statuses = Array.from({ length: 8_000 }, (_, i) => ({
      id: `wamid.${i}`,
      status: "sent",
      biz_opaque_callback_data: "x".repeat(200),
    }));
    const body = statusBody(integration, statuses).padEnd(THREE_MB, " ");
    expect(body.length).toBe(THREE_MB);
    expect(await deliver(`${body} `, secret)).toBe(413);
    expect(await events()).toEqual([]);
    expect(await deliver(body, secret)).toBe(200);
    expect(await events()).toHaveLength(1);
  });

  test("and names more than a hundred accounts is refused, also with the right signature; a hundred pass", async () => {
    const { integration, secret, events } = await makeNumber();
    const naming = (count: number) =>
      bodyOf(
        entryOf(integration, { statuses: [{ id: "wamid.1", status: "sent" }] }),
        ...Array.from({ length: count - 2 }, (_, i) => ({ id: `${1_000 + i}`, changes: [] })),
      );
    expect(await deliver(naming(101), secret)).toBe(400);
    expect(await events()).toEqual([]);
    expect(await deliver(naming(100), secret)).toBe(200);
  });

  test("and names no account of ours is refused when it is large, whoever signed it", async () => {
    const { secret, events } = await makeNumber();
    expect(await deliver(" ".repeat(200_000), secret)).toBe(200);
    expect(await deliver(" ".repeat(300_000), secret)).toBe(401);
    expect(await events()).toHaveLength(1);
  });

  test("and hides the account's name behind an escape does not pass for a body without one", async () => {
    const [owner, stranger] = [await makeNumber(), await makeNumber()];
    const body = oneStatus(owner.integration)
      .replace('"phone_number_id"', '"phone\\u005fnumber_id"')
      .replace('"id"', '"\\u0069d"');
    expect(JSON.parse(body)).toEqual(JSON.parse(body.replace("\\u005f", "_").replace("\\u0069", "i")));
    expect(await deliver(body, stranger.secret)).toBe(401);
    expect(await owner.events()).toEqual([]);
  });

  test("and names an account twice under one key belongs to the one that a reader of JSON sees", async () => {
    const [owner, stranger] = [await makeNumber(), await makeNumber()];
    const twice = (first: IntegrationRow, second: IntegrationRow) =>
      oneStatus(second).replace('"phone_number_id":', `"phone_number_id":"${first.phoneNumberId}","phone_number_id":`);
    expect(await deliver(twice(stranger.integration, owner.integration), stranger.secret)).toBe(401);
    expect(await deliver(twice(stranger.integration, owner.integration), owner.secret)).toBe(200);
    expect(await stranger.events()).toEqual([]);
    expect(await owner.events()).toHaveLength(1);
  });

  test("unsigned, of any size and shape, is refused as cheaply: names without number, nesting without end, NUL", async () => {
    const { integration } = await makeNumber();
    const names = (count: number) => `{"entry":[${Array.from({ length: count }, (_, i) => `{"id":"${i}"}`).join(",")}]}`;
    const { phoneNumberId } = integration;
    const odd = [
      names(60_000),
      names(190_000),
      "[".repeat(3_000_000),
      '{"entry":'.repeat(300_000),
      '{"entry":[{"id":"a\\u0000b"}]}',
      `{"entry":[{"id":"1","changes":[{"value":{"metadata":{"phone_number_id":"${phoneNumberId}\\u0000"}}}]}]}`,
      `{"entry":[{"id":"1","changes":[{"value":{"metadata":{"phone_number_id":"\\ud800"}}}]}]}`,
      `"${"\\".repeat(1_000_001)}`,
    ];
    for (const body of odd) expect([400, 401], body.slice(0, 60)).toContain(await deliver(body, "nobody's secret"));
  });

  test("that is no JSON, or names no account, is stored when a secret of ours signed it, for every organization that has it", async () => {
    const shared = "a secret that two organizations share";
    const [first, second] = [await makeNumber({ appSecret: shared }), await makeNumber({ appSecret: shared })];
    for (const body of ["not json", "null", "[]", '{"object":"whatsapp_business_account"}', '{"entry":"?"}']) {
      expect(await deliver(body, shared), body).toBe(200);
      expect(await deliver(body, "nobody's secret"), body).toBe(401);
    }
    expect((await first.events()).map((event) => event.body)).toContain("not json");
    expect(await second.events()).toHaveLength(5);
  });

  test("of an account that is not ours is stored and answered 200 when a secret of ours signed it", async () => {
    const { secret, events } = await makeNumber();
    const body = statusBody({ phoneNumberId: "404", businessAccountId: "404404" }, [{ id: "wamid.foreign", status: "sent" }]);
    expect(await deliver(body, secret)).toBe(200);
    expect(await events()).toMatchObject([{ body }]);
    expect(await deliver(body, "not a secret of ours")).toBe(401);
  });
});

describe("a body that names several organizations", () => {
  test("is taken for the one that signed it, without the other's part", async () => {
    const [first, second] = [await makeNumber(), await makeNumber()];
    const body = bodyOf(
      entryOf(first.integration, { statuses: [{ id: "wamid.a", status: "sent" }] }),
      entryOf(second.integration, { statuses: [{ id: "wamid.b", status: "sent" }] }),
    );
    expect(await deliver(body, "nobody's secret")).toBe(401);
    expect(await deliver(body, first.secret)).toBe(200);
    const [event] = await first.events();
    expect(event?.body).toContain("wamid.a");
    expect(event?.body).not.toContain("wamid.b");
    expect(await second.events()).toEqual([]);
  });

  test("and is signed with the secret that they share, is stored for each with its own part only", async () => {
    const shared = "the secret of an agency's app";
    const [first, second] = [await makeNumber({ appSecret: shared }), await makeNumber({ appSecret: shared })];
    const body = bodyOf(
      entryOf(first.integration, { statuses: [{ id: "wamid.first", status: "sent" }] }),
      entryOf(second.integration, {
        messages: [{ id: "wamid.second", from: "905551112233", type: "text", text: { body: "secret words" } }],
      }),
      {
        id: second.integration.businessAccountId,
        changes: [
          {
            field: "message_template_status_update",
            value: { event: "APPROVED", message_template_name: "t", message_template_language: "en" },
          },
        ],
      },
    );
    expect(await deliver(body, shared)).toBe(200);
    const [one, two] = [await first.events(), await second.events()];
    expect(one).toMatchObject([{ kinds: ["status"], integrationIds: [first.integration.id] }]);
    expect(one[0]?.body).toContain("wamid.first");
    expect(one[0]?.body).not.toContain("secret words");
    expect(two).toMatchObject([{ kinds: ["message", "template_status"], integrationIds: [second.integration.id] }]);
    expect(two[0]?.body).not.toContain("wamid.first");
  });

  test("does not let a stranger who connects the same number id speak for its owner", async () => {
    const owner = await makeNumber();
    const stranger = await makeNumber({
      phoneNumberId: owner.integration.phoneNumberId,
      businessAccountId: owner.integration.businessAccountId,
      sandbox: true,
    });
    expect(await deliver(oneStatus(owner.integration), stranger.secret)).toBe(200);
    expect(await owner.events()).toEqual([]);
    expect(await stranger.events()).toHaveLength(1);
    expect(await deliver(oneStatus(owner.integration), owner.secret)).toBe(200);
    expect(await owner.events()).toHaveLength(1);
    expect(await stranger.events()).toHaveLength(1);
  });
});

describe("an address with too many wrong signatures", () => {
  const from = (address: string) => ({ "x-real-ip": address });
  const wrong = (integration: IntegrationRow, address: string) =>
    deliver(oneStatus(integration), "wrong", undefined, from(address));

  test("is answered 429, large bodies unread, while right ones and other addresses pass", async () => {
    const { integration, secret, events } = await makeNumber();
    for (let i = 0; i < 30; i++) expect(await wrong(integration, "2001:db8:0:1::1")).toBe(401);
    expect(await wrong(integration, "2001:db8:0:1::2")).toBe(429);
    const large = oneStatus(integration).padEnd(100_000, " ");
    expect(await deliver(large, secret, undefined, from("2001:db8:0:1::3"))).toBe(429);
    expect(await deliver(oneStatus(integration), secret, undefined, from("2001:db8:0:1::3"))).toBe(200);
    expect(await wrong(integration, "2001:db8:0:2::1")).toBe(401);
    expect(await deliver(large, secret, undefined, from("2001:db8:0:2::1"))).toBe(200);
    expect(await events()).toHaveLength(2);
  });

  test("that delivers as many right ones is not shut out by one customer's wrong secret", async () => {
    const { integration, secret } = await makeNumber();
    for (let i = 0; i < 50; i++) {
      expect(await wrong(integration, "203.0.113.9")).toBe(401);
      expect(await deliver(oneStatus(integration), secret, undefined, from("203.0.113.9"))).toBe(200);
    }
  });
});
