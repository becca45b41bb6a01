import "server-only";
import { parseArgs } from "node:util";
import { createResetLink } from "@/lib/auth/reset-link";
import { openDatabase } from "@/lib/ctx";
import { withDatabase } from "@/server/installation";
import { asProblem, Problem } from "@/server/problem";

const { values } = parseArgs({ options: { email: { type: "string" }, "second-factor": { type: "boolean", default: false } } });
const { email, "second-factor": withSecondFactor } = values;
if (!email) throw new Problem("Say whose password it is: npm run reset-password -- --email you@example.com");

const { url, expiresAt } = await withDatabase(() =>
  asProblem(async () => createResetLink(await openDatabase(), email, new Date(), { withSecondFactor })),
);
process.stdout.write(`This link sets a new password for ${email}, once, until ${expiresAt.toISOString()}:\n\n  ${url}\n\n`);
