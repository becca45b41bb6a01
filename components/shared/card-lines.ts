import { fieldOf, nameOfCard } from "@/lib/whatsapp/content-words";

/** A contact card in lines: the name, and the numbers under it. Cards are as Meta sent them, so anything may be missing. */
export function linesOfCard(card: unknown): string[] {
  const phones = fieldOf(card, "phones");
  const numbers = Array.isArray(phones) ? phones.map((one) => textOf(fieldOf(one, "phone"))) : [];
  return [nameOfCard(card), ...numbers].filter(Boolean);
}

/** An ordered item in a line: "2 × SKU-17 · ₺40.00". Empty for what cannot be read. */
export function lineOfItem(item: unknown, language: string): string {
  const product = textOf(fieldOf(item, "product_retailer_id"));
  if (!product) return "";
  const quantity = numberOf(fieldOf(item, "quantity")) ?? 1;
  const amount = numberOf(fieldOf(item, "item_price"));
  const price = amount === undefined ? "" : priceOf(amount, textOf(fieldOf(item, "currency")), language);
  return [`${quantity} × ${product}`, price].filter(Boolean).join(" · ");
}

function textOf(value: unknown): string {
  return typeof value === "string" || typeof value === "number" ? String(value) : "";
}

function numberOf(value: unknown): number | undefined {
  const read = textOf(value) === "" ? Number.NaN : Number(value);
  return Number.isNaN(read) ? undefined : read;
}

function priceOf(amount: number, currency: string, language: string): string {
  // Meta's codes are the ISO's; another word is shown as it stands.
  if (!currency || !/^[A-Z]{3}$/.test(currency)) return [amount, currency].filter(Boolean).join(" ");
  return new Intl.NumberFormat(language, { style: "currency", currency }).format(amount);
}
