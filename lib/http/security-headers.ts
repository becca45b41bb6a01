import common from "./security-headers.json";

/** What nothing that is not a page may do, should a browser be led to show it as one. */
const NO_PAGE = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

/** On every answer; a page's own policy takes the place of this one. */
export const SECURITY_HEADERS: Readonly<Record<string, string>> = { ...common, "content-security-policy": NO_PAGE };

/** On every answer of an installation that is reached over https. */
export const HTTPS_ONLY = "max-age=63072000";

/** What a page may load and do: scripts only with this answer's nonce, and what those load in turn. */
export function pagePolicy(nonce: string, { isDevelopment }: { isDevelopment: boolean }): string {
  return [
    "default-src 'self'",
    // React's development build makes readable stacks with eval().
    `script-src 'self' 'nonce-${nonce}' 'strict-dynamic'${isDevelopment ? " 'unsafe-eval'" : ""}`,
    // Toasts, charts and menus place themselves with style attributes, which know no nonce.
    "style-src 'self' 'unsafe-inline'",
    // A template's picture is shown from where its owner keeps it.
    "img-src 'self' data: blob: https:",
    "media-src 'self' blob:",
    "font-src 'self'",
    `connect-src 'self'${isDevelopment ? " ws:" : ""}`,
    "object-src 'none'",
    "base-uri 'none'",
    "form-action 'self'",
    "frame-src 'none'",
    "frame-ancestors 'none'",
  ].join("; ");
}
