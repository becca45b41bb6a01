// npm start, and npm run dev with --dev.
import { pathToFileURL } from "node:url";
import { buildServer, ensureDependencies, ensureServer, enterProject, explain } from "./prepare.mjs";

try {
  enterProject();
  const dev = process.argv.includes("--dev");
  process.env.NODE_ENV = dev ? "development" : "production";
  process.env.NEXT_TELEMETRY_DISABLED ??= "1";
  await ensureDependencies();
  const buildPages = dev ? await buildServer("dev-server") : await ensureServer();
  // The same process becomes the server: one thing to stop, one exit code.
  const { checkSurroundings, serve } = await import(pathToFileURL(dev ? ".build/dev-server.mjs" : ".build/server.mjs").href);
  // A build under a running server would break its pages.
  await checkSurroundings();
  await buildPages?.();
  await serve({ dev });
} catch (error) {
  explain(error);
}
