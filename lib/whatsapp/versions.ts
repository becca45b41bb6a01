/** The Graph version used where none is named or the named one has expired. */
export const CURRENT_VERSION = "v26.0";

/** Last day of each version, as `YYYY-MM-DD`; null while Meta has set none. Source: Graph API changelog and the v26.0 post of 29 Jul 2026. */
const LIVE_UNTIL: Readonly<Record<string, string | null>> = {
  "v26.0": null,
  "v25.0": "2028-07-29",
  "v24.0": "2028-02-18",
  "v23.0": "2027-10-08",
  "v22.0": "2027-05-20",
  "v21.0": "2027-01-21",
  "v20.0": "2026-09-24",
  "v19.0": "2026-05-21",
  "v18.0": "2026-01-26",
  "v17.0": "2025-09-12",
};
const OLDEST_LISTED = 17;
const NEWEST_LISTED = 26;

export type VersionCheck = { status: "live" | "expired" | "unknown" | "malformed"; until?: Date };

/**
 * What is known of a version such as `v25.0` on the day `now`. Expired means that Meta answers as another version, silently.
 * Versions before v17.0 are expired; those after the newest listed one are `unknown`.
 */
export function checkVersion(version: string, now: Date): VersionCheck {
  const match = /^v(\d{1,3})\.(\d{1,2})$/.exec(version);
  if (!match) return { status: "malformed" };
  if (!Object.hasOwn(LIVE_UNTIL, version)) {
    return { status: Number(match[1]) < OLDEST_LISTED ? "expired" : "unknown" };
  }
  const day = LIVE_UNTIL[version];
  if (!day) return { status: "live" };
  const until = new Date(`${day}T00:00:00Z`);
  return { status: now < until ? "live" : "expired", until };
}

/** The version to call: the given one while it lives or is newer than we know, otherwise `CURRENT_VERSION`. */
export function effectiveVersion(version: string, now: Date): string {
  const { status } = checkVersion(version, now);
  if (status === "live") return version;
  const isNewer = status === "unknown" && Number(/^v(\d+)/.exec(version)?.[1]) >= NEWEST_LISTED;
  return isNewer ? version : CURRENT_VERSION;
}
