// npm run db:migrate: brings your own PostgreSQL to the shape that this version expects. Safe from many processes at once.
import "server-only";
import { migrateDatabase } from "@/db/migrate";
import { env } from "@/lib/env";
import { asProblem, Problem } from "@/server/problem";

const url = env().DATABASE_URL_DIRECT ?? env().DATABASE_URL;
if (!url) throw new Problem("DATABASE_URL is not set. The embedded database is brought up to date by `npm start`.");
await asProblem(() => migrateDatabase(url));
process.stdout.write("The database is up to date.\n");
