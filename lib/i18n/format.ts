import { INTL_LOCALES, type Language } from "./languages";

type Zone = { language: Language; timeZone: string };

const cache = new Map<string, Intl.DateTimeFormat>();

function formatter(zone: Zone, options: Intl.DateTimeFormatOptions): Intl.DateTimeFormat {
  const key = `${zone.language}|${zone.timeZone}|${JSON.stringify(options)}`;
  let found = cache.get(key);
  if (!found) {
    found = new Intl.DateTimeFormat(INTL_LOCALES[zone.language], { ...options, timeZone: zone.timeZone });
    cache.set(key, found);
  }
  return found;
}

/** `22 Nov 2026, 14:05` or `22 Kas 2026 14:05`. */
export function formatDateTime(at: Date, zone: Zone, withSeconds = false): string {
  const separator = zone.language === "tr" ? " " : ", ";
  return `${formatDate(at, zone)}${separator}${formatClock(at, zone, withSeconds)}`;
}

/** `22 Nov 2026` or `22 Kas 2026`. */
export function formatDate(at: Date, zone: Zone): string {
  return formatter(zone, { day: "numeric", month: "short", year: "numeric" }).format(at);
}

/** `14:05`, or `14:05:09` with seconds. */
export function formatClock(at: Date, zone: Zone, withSeconds = false): string {
  const seconds = withSeconds ? ({ second: "2-digit" } as const) : {};
  return formatter(zone, { hour: "2-digit", minute: "2-digit", hourCycle: "h23", ...seconds }).format(at);
}

/** True when both moments fall on the same day in that time zone. */
export function isSameDay(a: Date, b: Date, zone: Zone): boolean {
  return formatDate(a, zone) === formatDate(b, zone);
}

const STEPS = [
  { unit: "second", seconds: 1, until: 60 },
  { unit: "minute", seconds: 60, until: 3600 },
  { unit: "hour", seconds: 3600, until: 86_400 },
  { unit: "day", seconds: 86_400, until: 7 * 86_400 },
] as const;

/** `3 minutes ago`, `3 dakika önce`; undefined past a week, where the date says more. */
export function formatRelative(at: Date, now: Date, language: Language): string | undefined {
  const seconds = (at.getTime() - now.getTime()) / 1000;
  const step = STEPS.find(({ until }) => Math.abs(seconds) < until);
  if (!step) return undefined;
  const relative = new Intl.RelativeTimeFormat(INTL_LOCALES[language], { numeric: "auto" });
  if (Math.abs(seconds) < 10) return relative.format(0, "second");
  return relative.format(Math.trunc(seconds / step.seconds), step.unit);
}

/** `1.2 s`, `3 min 20 s`, `2 h 5 min`, `3 d 4 h`: two units at most. */
export function formatDuration(durationMs: number, language: Language): string {
  const locale = INTL_LOCALES[language];
  const unit = (value: number, name: string, digits = 0) =>
    new Intl.NumberFormat(locale, {
      style: "unit",
      unit: name,
      unitDisplay: "short",
      maximumFractionDigits: digits,
    }).format(value);
  const ms = Math.max(0, durationMs);
  if (ms < 1000) return unit(Math.round(ms), "millisecond");
  if (ms < 60_000) return unit(ms / 1000, "second", ms < 10_000 ? 1 : 0);
  const pairs = [
    ["day", 86_400_000, "hour", 3_600_000],
    ["hour", 3_600_000, "minute", 60_000],
    ["minute", 60_000, "second", 1000],
  ] as const;
  const [big, bigMs, small, smallMs] = pairs.find(([, size]) => ms >= size) ?? pairs[2];
  const rest = Math.floor((ms % bigMs) / smallMs);
  const first = unit(Math.floor(ms / bigMs), big);
  return rest ? `${first} ${unit(rest, small)}` : first;
}

export function formatNumber(value: number, language: Language, options?: Intl.NumberFormatOptions): string {
  return new Intl.NumberFormat(INTL_LOCALES[language], options).format(value);
}

const TENTH_OF_A_PERCENT = 0.001;

/** `99.9%`, `%99,9`: 100 is said of the whole alone, and 0 only of nothing. */
export function formatShare(part: number, whole: number, language: Language): string {
  const share = part / whole;
  const shown = part > 0 && part < whole ? Math.min(1 - TENTH_OF_A_PERCENT, Math.max(TENTH_OF_A_PERCENT, share)) : share;
  return formatNumber(shown, language, { style: "percent", maximumFractionDigits: 1 });
}

const SIZES = [
  { unit: "megabyte", bytes: 1024 * 1024, digits: 1 },
  { unit: "kilobyte", bytes: 1024, digits: 0 },
  { unit: "byte", bytes: 1, digits: 0 },
] as const;

/** `1.4 MB` or `1,4 MB`, as people count the sizes of files. */
export function formatBytes(bytes: number, language: Language): string {
  const { unit, bytes: one, digits } = SIZES.find((size) => bytes >= size.bytes) ?? SIZES[2];
  const style = { style: "unit", unit, maximumFractionDigits: digits } as const;
  return new Intl.NumberFormat(INTL_LOCALES[language], style).format(bytes / one);
}
