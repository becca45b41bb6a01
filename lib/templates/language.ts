/** Meta writes `en_US`, its webhooks and people sometimes `en-US`: one writing for all. */
export function normalizeLanguage(code: string): string {
  const [language = "", region] = code.trim().split(/[-_]/, 2);
  return region ? `${language.toLowerCase()}_${region.length === 2 ? region.toUpperCase() : region}` : language.toLowerCase();
}
