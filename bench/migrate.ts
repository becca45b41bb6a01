import { randomBytes } from "node:crypto";
import { cp, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import postgres from "postgres";
import { MIGRATIONS, migrateDatabase, shapeDatabase } from "@/db/migrate";
import { describePlan, planMigrations } from "@/db/plan";
import { resetEnv } from "@/lib/env";
import { seal } from "@/lib/keyring";
import { startDatabase } from "./database";

/**
 * How long the upgrade of a big installation of 0.1.0 takes: its shape, filled with finished messages, brought up to date.
 *   node scripts/run.mjs bench/migrate.ts [--messages 1000000] [--contacts 100000] [--port 4191]
 */
const option = (name: string, fallback: number) => {
  const at = process.argv.indexOf(`--${name}`);
  return at < 0 ? fallback : Number(process.argv[at + 1]);
};
const messages = option("messages", 1_000_000);
const contacts = option("contacts", 100_000);
const LAST_OF_0_1_0 = 3;

/** The migrations of 0.1.0 in a folder of their own. */
async function earlierMigrations(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "console-bench-migrations-"));
  await cp(MIGRATIONS, folder, { recursive: true });
  const file = join(folder, "meta/_journal.json");
  const journal = JSON.parse(await readFile(file, "utf8"));
  journal.entries = journal.entries.filter(({ idx }: { idx: number }) => idx <= LAST_OF_0_1_0);
  await writeFile(file, JSON.stringify(journal));
  return folder;
}

const server = await startDatabase(option("port", 4191));
const folder = await earlierMigrations();
try {
  Object.assign(process.env, { DATABASE_URL: server.url, ENCRYPTION_KEYS: `bench:${randomBytes(32).toString("base64")}` });
  resetEnv();
  await shapeDatabase(server.url, folder);
  const sql = postgres(server.url, { max: 1, onnotice: () => undefined });
  await sql`insert into organizations (id, name, settings) values ('org_1', 'Old', '{}')`;
  await sql`insert into integrations (id, organization_id, name, provider, category, sandbox, endpoint_url, phone_number_id,
      business_account_id, access_token, webhook_verify_token, webhook_verify_token_index)
    values ('int_1', 'org_1', 'Number', 'meta', 'whatsapp', false, 'https://graph.facebook.com/v25.0', '1', '2', 't', 'v', 'v')`;
  for (let from = 0; from < contacts; from += 5_000) {
    const rows = Array.from({ length: Math.min(5_000, contacts - from) }, (_, i) => {
      const phone = `+90532${String(1_000_000 + from + i)}`;
      return {
        id: `con_${from + i}`,
        phone: seal("contacts.phone", phone),
        index: phone,
        name: `Person ${i}`,
      };
    });
    await sql`insert into contacts (id, organization_id, phone, phone_index, name)
      select id, 'org_1', phone, index, name from jsonb_to_recordset(${sql.json(rows)}) as r(id text, phone text, index text, name text)`;
  }
  await sql`insert into conversations (id, organization_id, integration_id, contact_id, last_inbound_at)
    select 'cnv_' || i, 'org_1', 'int_1', 'con_' || i, now() from generate_series(0, ${contacts - 1}) i`;
  const text = seal("messages.text", "Your order has left our warehouse today. ".repeat(3));
  const recipient = seal("messages.recipient", "+905321000000");
  await sql`insert into messages (id, organization_id, integration_id, contact_id, recipient, recipient_index, kind, text, template_name,
      template_language, purpose, priority, status, due_at, timeline, created_by, created_at)
    select 'msg_' || lpad(i::text, 26, '0'), 'org_1', 'int_1', 'con_' || i % ${contacts}, ${recipient}, 'p', 'template', ${text}, 'order', 'en', 'utility', 1,
      'read', now(), '[{"step":"queued","at":"2026-11-01T10:00:00.000Z","source":"api"},{"step":"read","at":"2026-11-01T10:00:09.000Z","source":"webhook"}]',
      'token:1', now() from generate_series(1, ${messages}) i`;
  await sql`analyze`;
  const plan = await planMigrations(sql, MIGRATIONS);
  console.error(describePlan(plan));
  await sql.end();

  const startedAt = performance.now();
  await migrateDatabase(server.url);
  const seconds = Math.round((performance.now() - startedAt) / 100) / 10;
  console.log(
    JSON.stringify({ messages, contacts, seconds, planned: Math.ceil(plan.locks.reduce((sum, lock) => sum + lock.seconds, 0)) }),
  );
} finally {
  await server.stop();
  await rm(folder, { recursive: true });
}
process.exit();
