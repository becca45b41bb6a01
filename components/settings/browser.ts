const BROWSERS = [
  ["Edge", /Edg(e|A|iOS)?\//],
  ["Opera", /OPR\//],
  ["Samsung Internet", /SamsungBrowser\//],
  ["Firefox", /(Firefox|FxiOS)\//],
  ["Chrome", /(Chrome|CriOS)\//],
  ["Safari", /Safari\//],
] as const;
const SYSTEMS = [
  ["iPhone", /iPhone/],
  ["iPad", /iPad/],
  ["Android", /Android/],
  ["Windows", /Windows/],
  ["macOS", /Mac OS X/],
  ["Linux", /Linux/],
] as const;

/** "Firefox, macOS": enough to recognise one's own browser. Null when the header says nothing known. */
export function browserOf(userAgent: string | null): { name: string | null; isPhone: boolean } {
  const find = (list: readonly (readonly [string, RegExp])[]) => list.find(([, pattern]) => pattern.test(userAgent ?? ""))?.[0];
  const words = [find(BROWSERS), find(SYSTEMS)].filter(Boolean);
  return { name: words.length > 0 ? words.join(", ") : null, isPhone: /Mobi|iPhone|Android/.test(userAgent ?? "") };
}
