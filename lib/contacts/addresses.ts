import "server-only";
import { blindIndex } from "@/lib/keyring";
import { currentForm, identityForm } from "@/lib/phone-forms";
import type { AddressKind } from "./schema";

export type Address = { kind: AddressKind; value: string; index: string };

/** 132 bits tell a hundred million addresses apart, and keep the index half as wide. */
const INDEX_LENGTH = 22;

/**
 * The fingerprint by which an organization looks an address up. All writings of one number have the same one, and two
 * organizations have different ones, so that their rows cannot be joined.
 */
export function addressIndex(organizationId: string, kind: AddressKind, value: string): string {
  const form = kind === "phone" ? identityForm(value) : kind === "username" ? value.toLowerCase() : value;
  return blindIndex(`contact_addresses.${kind}:${organizationId}`, form).slice(0, INDEX_LENGTH);
}

export function toAddress(organizationId: string, kind: AddressKind, value: string): Address {
  return { kind, value, index: addressIndex(organizationId, kind, value) };
}

/** The number behind one of Meta's `wa_id`s as its country writes it today; null when it is not made of digits. Not judged otherwise. */
export function phoneOfWaId(waId: string): string | null {
  const digits = waId.trim().replace(/^\+/, "");
  return /^\d{5,20}$/.test(digits) ? currentForm(`+${digits}`) : null;
}
