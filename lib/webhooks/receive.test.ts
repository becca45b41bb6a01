import { eq } from "drizzle-orm";
import { beforeAll, describe, expect, test } from "vitest";
import { GET } from "@/app/api/v1/crm/whatsapp/webhook/route";
import type { Db } from "@/db/client";
import { integrations } from "@/db/schema/integrations";
import { webhookEvents } from "@/db/schema/webhooks";
import { useTestDatabase } from "@/db/testing";
import { makeOrganization } from "@/db/testing-data";
import { openDatabase } from "@/lib/ctx";
import type { IntegrationRow } from "@/lib/integrations/access";
import { addIntegration } from "@/lib/messages/testing";
import { signature } from "@/lib/sandbox/bodies";
import { WEBHOOK_LIMIT_BYTES } from "./receive";
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

const countEvents = async () => (await db.select({ id: webhookEvents.id }).from(webhookEvents)).length;
let made = 0;
const oneStatus = (integration: IntegrationRow) => statusBody(integration, [{ id: `wamid.${++made}`, status: "sent" }]);

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

  test("of more than 3 MB is refused with 413 before anything else", async () => {
    const { secret } = await makeNumber();
    const before = await countEvents();
    expect(await deliver(" ".repeat(WEBHOOK_LIMIT_BYTES + 1), secret)).toBe(413);
    expect(await countEvents()).toBe(before);
    expect(await deliver(" ".repeat(WEBHOOK_LIMIT_BYTES), secret)).toBe(200);
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
  test("is refused when one of them did not sign it, and stored for none", async () => {
    const [first, second] = [await makeNumber(), await makeNumber()];
    const body = bodyOf(
      entryOf(first.integration, { statuses: [{ id: "wamid.a", status: "sent" }] }),
      entryOf(second.integration, { statuses: [{ id: "wamid.b", status: "sent" }] }),
    );
    expect(await deliver(body, first.secret)).toBe(401);
    expect(await deliver(body, second.secret)).toBe(401);
    expect([...(await first.events()), ...(await second.events())]).toEqual([]);
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
