// npm run restore -- --from FILE: fills an empty installation from a backup. Its numbers start paused.
import "server-only";
import { parseArgs } from "node:util";
import { parseKeys } from "@/lib/crypto";
import { env } from "@/lib/env";
import { readBackup } from "@/server/backup";
import { withEmptyDatabase } from "@/server/installation";
import { asProblem, Problem } from "@/server/problem";

const { values } = parseArgs({ options: { from: { type: "string" } } });
const { from } = values;
if (!from) throw new Problem("Say from where: npm run restore -- --from FILE");

const { rows, createdAt, paused, uncertain } = await withEmptyDatabase((url) =>
  asProblem(() => readBackup(url, parseKeys(env().ENCRYPTION_KEYS ?? ""), from, new Date())),
);
process.stdout.write(`${rows} rows are restored, as they were at ${createdAt}.
${paused} numbers are paused: look at the messages first, then resume them in Integrations.
${uncertain} messages may have left after the backup was made. They are "unknown" until their webhooks or a person decide.
`);
