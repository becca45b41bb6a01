// npm start, and npm run dev with --dev.
import { pathToFileURL } from "node:url";
import { buildServer, ensureBuilt, ensureDependencies, enterProject, explain } from "./prepare.mjs";

try {
  enterProject();
  const dev = process.argv.includes("--dev");
  process.env.NODE_ENV = dev ? "development" : "production";
  process.env.NEXT_TELEMETRY_DISABLED ??= "1";
  await ensureDependencies();
  if (dev) await buildServer("dev-server.mjs");
  else await ensureBuilt();
  // The same process becomes the server: one thing to stop, one exit code.
  const { serve } = await import(pathToFileURL(dev ? ".build/dev-server.mjs" : ".build/server.mjs").href);
  await serve({ dev });
} catch (error) {
  explain(error);
}
