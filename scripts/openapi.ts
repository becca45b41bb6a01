import "server-only";
import { writeFile } from "node:fs/promises";
import { describeApi } from "@/lib/api/openapi";
import { loadRouteFiles } from "@/lib/api/route-files";

const FILE = "public/openapi.json";

const document = describeApi(await loadRouteFiles());
await writeFile(FILE, `${JSON.stringify(document, null, 2)}\n`);
process.stdout.write(`${FILE} describes ${Object.keys(document.paths ?? {}).length} paths.\n`);
