import "server-only";
import { blindIndex } from "@/lib/keyring";

/**
 * The fingerprint by which a person's number (E.164) is looked up, everywhere: contacts, messages, pairs and the allowance
 * use the same one, so that they can be joined without opening a number.
 */
export function phoneIndex(e164: string): string {
  return blindIndex("contacts.phone", e164);
}
