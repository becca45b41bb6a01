// npm run backup -- --to FILE: everything in the database, consistent and sealed; the server may go on working.
import "server-only";
import { parseArgs } from "node:util";
import { parseKeys } from "@/lib/crypto";
import { env } from "@/lib/env";
import { writeBackup } from "@/server/backup";
import { withDatabase } from "@/server/installation";
import { asProblem, Problem } from "@/server/problem";

const { values } = parseArgs({ options: { to: { type: "string" } } });
const { to } = values;
if (!to) throw new Problem("Say where: npm run backup -- --to FILE");

const rows = await withDatabase(() =>
  asProblem(() => {
    const { DATABASE_URL, DATABASE_URL_DIRECT, ENCRYPTION_KEYS } = env();
    const [key] = parseKeys(ENCRYPTION_KEYS ?? "");
    if (!key) throw new Problem("ENCRYPTION_KEYS is empty.");
    return writeBackup(DATABASE_URL_DIRECT ?? DATABASE_URL ?? "", key, to, new Date());
  }),
);
process.stdout.write(`${rows} rows are in ${to}. It opens only with the same ENCRYPTION_KEYS: keep a copy of them elsewhere.\n`);
