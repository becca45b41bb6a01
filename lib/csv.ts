/** A cell that a spreadsheet would take for a formula is written as text. */
const FORMULA = /^[=+\-@\t\r]/;

/** One line of CSV (RFC 4180), with cells that begin a formula quoted away; numbers in international writing stay as they are. */
export function csvLine(cells: readonly (string | number | null | undefined)[]): string {
  return `${cells
    .map((cell) => {
      const text = cell === null || cell === undefined ? "" : String(cell);
      const safe = FORMULA.test(text) && !/^\+\d+$/.test(text) ? `'${text}` : text;
      return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
    })
    .join(",")}\r\n`;
}
