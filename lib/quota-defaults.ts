/** What one tenant may make, unless the installation's QUOTAS say otherwise: of an organization; `organizations` and `sessions` of a person. */
export const QUOTA_DEFAULTS = {
  tokens: 200,
  invitations: 500,
  integrations: 100,
  members: 1_000,
  template_drafts: 1_000,
  media_megabytes: 20_000,
  webhook_megabytes: 20_000,
  labels: 200,
  saved_replies: 1_000,
  organizations: 5,
  sessions: 200,
} as const;

export type Quota = keyof typeof QUOTA_DEFAULTS;
export type Quotas = Record<Quota, number>;

/** Reads `tokens=500,integrations=20`; what is not named keeps its default. Throws a sentence about what cannot be read. */
export function parseQuotas(text: string): Quotas {
  const quotas: Quotas = { ...QUOTA_DEFAULTS };
  for (const part of text.split(",").map((piece) => piece.trim())) {
    if (part === "") continue;
    const [, name, digits] = /^(\w+)\s*=\s*(\d{1,9})$/.exec(part) ?? [];
    if (!isQuota(name)) throw new Error(`"${part}" is not one of ${Object.keys(QUOTA_DEFAULTS).join(", ")} with = and a number`);
    quotas[name] = Number(digits);
  }
  return quotas;
}

function isQuota(name: string | undefined): name is Quota {
  return name !== undefined && Object.hasOwn(QUOTA_DEFAULTS, name);
}
