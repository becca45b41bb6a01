import { CURRENT_VERSION } from "@/lib/whatsapp/versions";

export type EndpointProblem =
  | "malformed"
  | "credentials_in_url"
  | "query_in_url"
  | "path_not_a_version"
  | "https_required"
  | "host_not_allowed";

export type Endpoint = { ok: true; baseUrl: string; version: string } | { ok: false; reason: EndpointProblem; message: string };

const SENTENCES: Record<EndpointProblem, string> = {
  malformed: "endpointUrl is not a web address.",
  credentials_in_url: "endpointUrl must not contain a user name or password.",
  query_in_url: "endpointUrl must not contain a query or fragment.",
  path_not_a_version: `endpointUrl must end with a Graph version such as /${CURRENT_VERSION}, and nothing after it.`,
  https_required: "endpointUrl must start with https://.",
  host_not_allowed: "The host of endpointUrl is not in GRAPH_ALLOWED_HOSTS.",
};

/**
 * Splits the guide's `endpointUrl` into the origin (`https://graph.facebook.com`) and the version (`v25.0`; `CURRENT_VERSION`
 * when the path is empty). `allowedHosts` is a comma-separated list: a bare host means https, a whole origin such as
 * `http://127.0.0.1:4004` allows exactly that scheme, host and port. Never throws; whether the version lives is `checkVersion`'s.
 */
export function parseEndpoint(endpointUrl: string, allowedHosts: string): Endpoint {
  const text = endpointUrl.trim();
  const url = parseUrl(text);
  if (!url) return refuse("malformed");
  if (url.username || url.password) return refuse("credentials_in_url");
  if (text.includes("?") || text.includes("#")) return refuse("query_in_url");
  if (!allowedOrigins(allowedHosts).has(url.origin)) {
    return refuse(url.protocol === "https:" ? "host_not_allowed" : "https_required");
  }
  const version = /^\/(v\d{1,3}\.\d{1,2})?\/?$/.exec(url.pathname);
  if (!version) return refuse("path_not_a_version");
  return { ok: true, baseUrl: url.origin, version: version[1] ?? CURRENT_VERSION };
}

function refuse(reason: EndpointProblem): Endpoint {
  return { ok: false, reason, message: SENTENCES[reason] };
}

function parseUrl(text: string): URL | null {
  if (!/^https?:\/\//i.test(text) || !URL.canParse(text)) return null;
  return new URL(text);
}

function allowedOrigins(allowedHosts: string): Set<string> {
  const origins = new Set<string>();
  for (const entry of allowedHosts
    .split(",")
    .map((part) => part.trim())
    .filter(Boolean)) {
    const url = parseUrl(/^https?:\/\//i.test(entry) ? entry : `https://${entry}`);
    if (url) origins.add(url.origin);
  }
  return origins;
}
