/** The words that roles and API tokens share. */
export const PERMISSIONS = [
  "organization:read",
  "organization:write",
  "members:read",
  "members:write",
  "tokens:read",
  "tokens:write",
  "audit:read",
  "integrations:read",
  "integrations:write",
  "templates:read",
  "templates:write",
  "contacts:read",
  "contacts:write",
  "messages:read",
  "messages:write",
  "webhooks:read",
  "webhooks:write",
  "sandbox:read",
  "sandbox:write",
] as const;
export type Permission = (typeof PERMISSIONS)[number];

const NOUNS = [...new Set(PERMISSIONS.map((p) => p.split(":")[0] as string))];

/** What a role or token may be given: a permission, all of a noun (`integrations:*`), or everything (`*`). */
export const SCOPES = [...PERMISSIONS, ...NOUNS.map((noun) => `${noun}:*`), "*"] as const;

export const ROLES = ["owner", "admin", "operator", "viewer"] as const;

/** What each role may do. An operator runs the day's work; a viewer only looks. */
export const ROLE_SCOPES: Record<(typeof ROLES)[number], readonly string[]> = {
  owner: ["*"],
  admin: ["*"],
  operator: [
    "organization:read",
    "members:read",
    "integrations:read",
    "templates:*",
    "contacts:*",
    "messages:*",
    "webhooks:read",
    "sandbox:*",
  ],
  viewer: ["organization:read", "integrations:read", "templates:read", "contacts:read", "messages:read", "sandbox:read"],
};

/** True when one of the scopes covers the permission. */
export function allows(scopes: readonly string[], permission: Permission): boolean {
  const noun = permission.split(":")[0];
  return scopes.includes("*") || scopes.includes(`${noun}:*`) || scopes.includes(permission);
}

/** True when someone holding `scopes` may hand out `wanted`: nobody gives more than he has. */
export function covers(scopes: readonly string[], wanted: readonly string[]): boolean {
  return wanted.every((scope) =>
    scope === "*" ? scopes.includes("*") : PERMISSIONS.filter((p) => allows([scope], p)).every((p) => allows(scopes, p)),
  );
}
