import { sql } from "drizzle-orm";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Db } from "@/db/client";
import { useTestDatabase } from "@/db/testing";
import { makeOrganization } from "@/db/testing-data";
import { openDatabase } from "@/lib/ctx";
import { ALWAYS_OPEN } from "@/lib/messages/testing";
import { type Engine, startLocalEngine } from "./local";
import { eventually, startTestConsole, type TestConsole } from "./testing";

useTestDatabase();

const TOKEN = "EAAG-access-token-of-the-business";
const APP_SECRET = "0f1e2d3c4b5a69788796a5b4c3d2e1f0";
const VERIFY_TOKEN = "a-verify-token-nobody-should-read";
const PHONE = "+905321112233";
const FAILING_PHONE = "+905550000001";
const TEXT = "Your parcel waits at the blue door";
const VALUES = { orderNumber: "ORD-98765-SECRET", customerName: "Zübeyde Karaosmanoğlu" };
const INBOUND = "Where is my blue umbrella?";
const EVIDENCE = "signed form 4711 of the shop in Kadıköy";

let app: TestConsole;
let engine: Engine;
let db: Db;
let wamids: string[] = [];
let bearer: string;

beforeAll(async () => {
  app = await startTestConsole();
  db = await openDatabase();
  engine = await startLocalEngine();
  await journey();
});
afterAll(async () => {
  await engine.stop();
  await app.stop();
});

/** Everything that brings a secret into the database: an integration, consents, sends that arrive and fail, and what people write. */
async function journey(): Promise<void> {
  const org = await makeOrganization(db, { settings: { businessHours: { ...ALWAYS_OPEN, purposes: [] } } });
  bearer = org.token;
  const call = async (method: string, path: string, body?: unknown, headers?: Record<string, string>) => {
    const answer = await app.call(org.token, method, `/api/v1${path}`, body, headers);
    if (answer.status >= 500) throw new Error(`${method} ${path} answered ${answer.status}`);
    return answer.body;
  };
  const integration = await call("POST", "/integrations", {
    provider: "meta",
    category: "whatsapp",
    apiKey: TOKEN,
    apiSecret: "109876543210987",
    endpointUrl: "https://graph.facebook.com/v25.0",
    config: {
      sandbox: true,
      phoneNumberId: "109876543210987",
      businessAccountId: "209876543210987",
      appSecret: APP_SECRET,
      webhookVerifyToken: VERIFY_TOKEN,
    },
  });
  await call("POST", `/integrations/${integration.id}/test`);
  for (const phoneNumber of [PHONE, FAILING_PHONE]) {
    await call("POST", "/crm/consents", {
      phoneNumber,
      status: "opted_in",
      source: "form",
      evidence: EVIDENCE,
      wording: EVIDENCE,
    });
  }
  await call("PATCH", `/integrations/${integration.id}`, { name: "Renamed" });
  const template = { template: "order_confirmation", templateParams: VALUES, language: "tr" };
  const sent = await call(
    "POST",
    "/crm/whatsapp/send",
    { phoneNumber: PHONE, ...template },
    { "idempotency-key": "secret-journey" },
  );
  const failing = await call("POST", "/crm/whatsapp/send", { phoneNumber: FAILING_PHONE, ...template });
  await call("POST", "/crm/whatsapp/send", { phoneNumber: "0532 111 22 33", message: TEXT });
  const reaches = (id: string, status: string) =>
    eventually(
      () => call("GET", `/crm/whatsapp/messages/${id}`),
      (m) => m.status === status,
      `${id} becoming ${status}`,
    );
  await call("POST", `/sandbox/${integration.id}/replies`, { from: PHONE, name: "Zübeyde", text: INBOUND });
  await eventually(
    () => call("POST", "/crm/whatsapp/check", { phoneNumber: PHONE, message: TEXT }),
    (answer) => answer.ok,
    "the open window",
  );
  const text = await call("POST", "/crm/whatsapp/send", { phoneNumber: PHONE, message: TEXT });
  const read = [await reaches(sent.id, "read"), await reaches(text.id, "read")];
  wamids = read.map((message) => message.metaMessageId);
  const failed = await reaches(failing.id, "failed");
  await call("POST", `/crm/whatsapp/messages/${failed.id}/resend`);
  await call("POST", "/crm/consents", { phoneNumber: PHONE, status: "opted_out", source: "phone", evidence: EVIDENCE });
  await call("POST", "/tokens", { name: "Another", scopes: ["messages:read"] });
}

/** Every value of every column of every table, as a dump would show it. */
async function dump(): Promise<Map<string, string>> {
  const tables = await db.execute<{ name: string }>(
    sql`select table_name as name from information_schema.tables where table_schema = 'public' and table_type = 'BASE TABLE' order by 1`,
  );
  const found = new Map<string, string>();
  for (const { name } of tables) {
    const [row] = await db.execute<{ everything: string | null }>(
      sql`select string_agg(row_to_json(t)::text, E'\n') as everything from ${sql.identifier(name)} t`,
    );
    found.set(name, row?.everything ?? "");
  }
  return found;
}

describe("a dump of the database after a full journey", () => {
  test("has rows where secrets go", async () => {
    const tables = await dump();
    for (const name of [
      "integrations",
      "messages",
      "contacts",
      "consents",
      "webhook_events",
      "sandbox_messages",
      "audit_entries",
      "idempotency_keys",
    ]) {
      expect(tables.get(name)?.length, name).toBeGreaterThan(10);
    }
  });

  test("shows no credential, number, text, value, evidence or message id in clear", async () => {
    expect(wamids).toHaveLength(2);
    const words: Record<string, string> = {
      "access token": TOKEN,
      "app secret": APP_SECRET,
      "verify token": VERIFY_TOKEN,
      "API token": bearer,
      "phone number": PHONE.slice(1),
      "national number": PHONE.slice(3),
      "number with spaces": "532 111 22 33",
      "failing number": FAILING_PHONE.slice(1),
      text: TEXT,
      "inbound text": INBOUND,
      "order number": VALUES.orderNumber,
      name: VALUES.customerName,
      evidence: EVIDENCE,
      "message id": wamids[0] ?? "",
      "message id of the text": wamids[1] ?? "",
    };
    const leaks: string[] = [];
    for (const [table, everything] of await dump()) {
      for (const [what, word] of Object.entries(words)) {
        // The stand-in plays Meta, whose ids they are. Its ids are chance; Meta's real ones hold the person's number.
        if (what.startsWith("message id") && table === "sandbox_messages") continue;
        // JSON within JSON and Meta's own writing escape what is not ASCII.
        const escaped = word.replace(/[\u0080-\uffff]/g, (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, "0")}`);
        for (const form of new Set([
          word,
          escaped,
          encodeURIComponent(word),
          Buffer.from(word).toString("base64").replace(/=+$/, ""),
        ])) {
          if (everything.toLowerCase().includes(form.toLowerCase())) leaks.push(`${what} in ${table}`);
        }
      }
    }
    expect(leaks).toEqual([]);
  });
});
