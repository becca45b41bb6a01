import "server-only";
import { parseArgs } from "node:util";
import { openDatabase } from "@/lib/ctx";
import { createResetLink } from "@/lib/organizations/reset-link";
import { withDatabase } from "./installation";

const { values } = parseArgs({ options: { email: { type: "string" } } });

if (!values.email) {
  process.stderr.write("Say whose password it is: npm run reset-password -- --email you@example.com\n");
  process.exit(2);
}
const email = values.email;
const { url, expiresAt } = await withDatabase(async () => createResetLink(await openDatabase(), email, new Date()));
process.stdout.write(`This link sets a new password for ${email}, once, until ${expiresAt.toISOString()}:\n\n  ${url}\n\n`);
