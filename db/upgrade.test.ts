import { cp, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { drizzle } from "drizzle-orm/postgres-js";
import { migrate } from "drizzle-orm/postgres-js/migrator";
import postgres from "postgres";
import { afterAll, beforeAll, expect, test } from "vitest";
import { closeKeyring, openKeyring, seal } from "@/lib/keyring";
import { getMessage, listMessages } from "@/lib/messages/messages";
import { DEFAULT_SETTINGS } from "@/lib/organizations/schema";
import { closeDatabase, database } from "./client";
import { migrateDatabase } from "./migrate";
import { makeOrganization } from "./testing-data";

/** The last migration of the version before messages had directions. */
const BEFORE = 3;
const MIGRATIONS = join(process.cwd(), "db", "migrations");

const url = process.env.DATABASE_URL ?? "";
const name = new URL(url).pathname.slice(1);

async function onServer(statement: string): Promise<void> {
  const sql = postgres(url.replace(/[^/]+$/, "postgres"), { max: 1, onnotice: () => undefined });
  await sql.unsafe(statement);
  await sql.end();
}

/** Brings an empty database to the shape of the version before. */
async function migrateBefore(sql: postgres.Sql): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), "migrations-"));
  await cp(MIGRATIONS, folder, { recursive: true });
  const journal = JSON.parse(await readFile(join(folder, "meta/_journal.json"), "utf8"));
  journal.entries = journal.entries.filter(({ idx }: { idx: number }) => idx <= BEFORE);
  await writeFile(join(folder, "meta/_journal.json"), JSON.stringify(journal));
  await migrate(drizzle(sql), { migrationsFolder: folder });
  await rm(folder, { recursive: true });
}

beforeAll(async () => {
  await onServer(`create database ${name}`);
});

afterAll(async () => {
  await closeDatabase();
  // The database goes with the run's cluster.
  closeKeyring();
});

test("an installation of the version before reads the same after its upgrade", async () => {
  const sql = postgres(url, { max: 1, onnotice: () => undefined });
  await migrateBefore(sql);
  await sql`insert into organizations (id, name, settings) values ('org_1', 'Old', ${JSON.stringify(DEFAULT_SETTINGS)}::jsonb)`;
  await sql`insert into integrations (id, organization_id, name, provider, category, sandbox, endpoint_url, phone_number_id,
      business_account_id, access_token, webhook_verify_token, webhook_verify_token_index)
    values ('int_1', 'org_1', 'Number', 'meta', 'whatsapp', false, 'https://graph.facebook.com/v25.0', '1', '2',
      ${seal("integrations.access_token", "t")}, ${seal("integrations.webhook_verify_token", "v")}, 'v')`;
  await sql`insert into contacts (id, organization_id, phone, phone_index, name)
    values ('con_1', 'org_1', ${seal("contacts.phone", "+905551234567")}, 'p', 'Ada')`;
  await sql`insert into conversations (id, organization_id, integration_id, contact_id, last_inbound_at)
    values ('cnv_1', 'org_1', 'int_1', 'con_1', '2026-11-01T10:00:00Z')`;
  const old = (id: string, kind: "text" | "template", text: string, params: unknown) => sql`
    insert into messages (id, organization_id, integration_id, contact_id, recipient, recipient_index, kind, text, template_name,
      template_language, template_params, purpose, priority, status, due_at, timeline, created_by, created_at)
    values (${id}, 'org_1', 'int_1', 'con_1', ${seal("messages.recipient", "+905551234567")}, 'p', ${kind}, ${seal("messages.text", text)},
      ${kind === "template" ? "order" : null}, ${kind === "template" ? "en" : null},
      ${params === null ? null : seal("messages.template_params", JSON.stringify(params))},
      'utility', 1, 'queued', now(), '[{"step":"queued","at":"2026-11-01T10:00:00.000Z","source":"api"}]', 'token:1', '2026-11-01T10:00:00Z')`;
  await old("msg_1", "text", "Hello Ada", null);
  await old("msg_2", "template", "Your order 7\n\nThank you", { order: "7" });
  await sql.end();

  await migrateDatabase(url);
  await openKeyring(database());
  const { ctx } = await makeOrganization(database());
  const own = { ...ctx, organizationId: "org_1" };
  const { data } = await listMessages(own, { limit: 25, direction: "outgoing", sort: "-createdAt" });
  expect(data).toMatchObject([
    {
      id: "msg_2",
      kind: "template",
      text: "Your order 7\n\nThank you",
      template: "order",
      language: "en",
      phoneNumber: "+905551234567",
      contactName: "Ada",
      status: "queued",
      direction: "outgoing",
      conversationId: "cnv_1",
    },
    {
      id: "msg_1",
      kind: "text",
      text: "Hello Ada",
      template: null,
      language: null,
      content: { type: "text", body: "Hello Ada" },
    },
  ]);
  expect(await getMessage(own, "msg_2")).toMatchObject({ templateParams: { order: "7" }, createdBy: "token:1", attempts: 0 });
});
