import type { Contact, UpdateContact } from "@/lib/contacts/schema";

const FIELDS = ["name", "language", "timeZone"] as const;
type EditedField = (typeof FIELDS)[number];
export type Edited = Pick<Contact, EditedField>;

/** Only what the person changed, so that two people who change different things do not undo each other. */
export function changesOf(before: Edited, edited: Edited): UpdateContact {
  return Object.fromEntries(FIELDS.filter((field) => edited[field] !== before[field]).map((field) => [field, edited[field]]));
}

/** The fields that somebody else changed meanwhile to something else than what is about to be written. */
export function conflictsOf(before: Edited, present: Edited, changes: UpdateContact): EditedField[] {
  return FIELDS.filter((field) => field in changes && present[field] !== before[field] && present[field] !== changes[field]);
}
