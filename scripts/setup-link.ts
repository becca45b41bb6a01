// npm run setup-link: the one-time link that makes the first owner, where no `npm start` prints it.
import "server-only";
import { ensureSetupLink } from "@/lib/organizations/setup";
import { withDatabase } from "@/server/installation";

await withDatabase(async () => {
  const link = await ensureSetupLink();
  process.stdout.write(link ? `${link}\n` : "The installation has an owner already. Members are invited in Settings, Members.\n");
});
