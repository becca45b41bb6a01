/** A business number that nobody has, always the same for one id. */
export function displayNumber(seed: string): string {
  let hash = 0;
  for (const char of seed) hash = (hash * 31 + char.charCodeAt(0)) % 1_000_000;
  return `+905559${String(hash).padStart(6, "0")}`;
}
