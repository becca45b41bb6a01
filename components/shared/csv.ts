/** What a spreadsheet would run as a formula. A phone number in E.164 is none, although it begins with a plus. */
export const FORMULA = /^(?:[=\-@\t\r]|\+(?!\d{7,15}$)).*$/s;

/**
 * Saves rows as a CSV file. Cells that a spreadsheet would run as a formula get a leading apostrophe; the mark at the start makes
 * Excel read Turkish letters.
 */
export async function downloadCsv(name: string, table: { fields: string[]; data: unknown[][] }): Promise<void> {
  const { default: Papa } = await import("papaparse");
  const text = Papa.unparse(table, { escapeFormulae: FORMULA });
  const address = URL.createObjectURL(new Blob(["\uFEFF", text], { type: "text/csv;charset=utf-8" }));
  const link = document.createElement("a");
  link.href = address;
  link.download = `${name}-${new Date().toISOString().slice(0, 10)}.csv`;
  link.click();
  URL.revokeObjectURL(address);
}
