import { z } from "zod";
import { nameOfCard } from "@/lib/whatsapp/content";

const Phones = z.object({ phones: z.array(z.object({ phone: z.string() })) });

/** A contact card in lines: the name, and the numbers under it. Cards are as Meta sent them, so anything may be missing. */
export function linesOfCard(card: unknown): string[] {
  const phones = Phones.safeParse(card);
  return [nameOfCard(card), ...(phones.success ? phones.data.phones.map(({ phone }) => phone) : [])].filter(Boolean);
}

const Item = z.object({
  product_retailer_id: z.coerce.string(),
  quantity: z.coerce.number().optional(),
  item_price: z.coerce.number().optional(),
  currency: z.string().optional(),
});

/** An ordered item in a line: "2 × SKU-17 · ₺40.00". Empty for what cannot be read. */
export function lineOfItem(item: unknown, language: string): string {
  const read = Item.safeParse(item);
  if (!read.success) return "";
  const { product_retailer_id, quantity, item_price, currency } = read.data;
  const price = item_price === undefined ? "" : priceOf(item_price, currency, language);
  return [`${quantity ?? 1} × ${product_retailer_id}`, price].filter(Boolean).join(" · ");
}

function priceOf(amount: number, currency: string | undefined, language: string): string {
  // Meta's codes are the ISO's; another word is shown as it stands.
  if (!currency || !/^[A-Z]{3}$/.test(currency)) return [amount, currency].filter(Boolean).join(" ");
  return new Intl.NumberFormat(language, { style: "currency", currency }).format(amount);
}
