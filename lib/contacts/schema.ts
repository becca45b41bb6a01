import { z } from "zod";
import { PageQuery, pageOf } from "@/lib/http/paging";
import { Moment } from "@/lib/moment";
import { NAME_LENGTH } from "./names";
import { CONTACT_SORTS } from "./words";

export const CONSENT_PURPOSES = ["all", "marketing", "utility", "authentication"] as const;
export const ConsentPurpose = z.enum(CONSENT_PURPOSES);
export type ConsentPurpose = z.infer<typeof ConsentPurpose>;
export const ConsentStatus = z.enum(["opted_in", "opted_out"]);
export type ConsentStatus = z.infer<typeof ConsentStatus>;

/** A person is named by a number, by our contact, or by Meta's user id. */
const naming = {
  phoneNumber: z.string().max(40).optional(),
  contactId: z.string().min(1).max(100).optional(),
  userId: z.string().trim().min(1).max(200).optional(),
};
export const ONE_PERSON = "Give one of phoneNumber, contactId or userId";
export function namesOnePerson(given: { phoneNumber?: unknown; contactId?: unknown; userId?: unknown }): boolean {
  return [given.phoneNumber, given.contactId, given.userId].filter((one) => one !== undefined).length === 1;
}

export const RecordConsent = z
  .strictObject({
    ...naming,
    status: ConsentStatus,
    purpose: ConsentPurpose.default("all"),
    source: z.string().trim().min(1, "Say where the consent comes from").max(200).describe("web form, shop, phone call, …"),
    evidence: z.string().max(2000).optional().describe("What proves it: a form id, a recording, a link."),
    wording: z.string().max(4000).optional().describe("The text the person agreed to."),
    occurredAt: Moment.optional().describe("When the person said it; now if absent."),
  })
  .refine(namesOnePerson, { error: ONE_PERSON, path: ["phoneNumber"] });
export type RecordConsent = z.infer<typeof RecordConsent>;

export const ConsentEntry = z.object({
  id: z.string(),
  contactId: z.string(),
  phoneNumber: z.string().nullable(),
  purpose: ConsentPurpose,
  status: ConsentStatus,
  source: z.string(),
  evidence: z.string().nullable(),
  wording: z.string().nullable(),
  occurredAt: z.iso.datetime(),
  recordedAt: z.iso.datetime(),
  recordedBy: z.string(),
});
export type ConsentEntry = z.infer<typeof ConsentEntry>;

/** `none`: the person never said anything for the purpose. */
export const ConsentState = z.object({
  marketing: z.enum(["opted_in", "opted_out", "none"]),
  utility: z.enum(["opted_in", "opted_out", "none"]),
  authentication: z.enum(["opted_in", "opted_out", "none"]),
});
export type ConsentState = z.infer<typeof ConsentState>;

/** In a query an unescaped `+` arrives as a space; whoever pastes a number into an address means the plus. */
const queryText = (max: number) =>
  z
    .string()
    .max(max)
    .transform((text) => text.replace(/^ (?=\d)/, "+"));
export const PhoneInQuery = queryText(40);

export const ConsentQuery = PageQuery.extend({ ...naming, phoneNumber: PhoneInQuery.optional() });
export type ConsentQuery = z.infer<typeof ConsentQuery>;
export const ConsentLedger = z.object({
  phoneNumber: z.string().nullable(),
  contactId: z.string().nullable(),
  state: ConsentState,
  data: z.array(ConsentEntry),
  nextCursor: z.string().nullable(),
});
export type ConsentLedger = z.infer<typeof ConsentLedger>;

/** How a person may be named. The first three tell who somebody is; the last two may pass to somebody else. */
export const ADDRESS_KINDS = ["phone", "wa_id", "user_id", "parent_user_id", "username"] as const;
export type AddressKind = (typeof ADDRESS_KINDS)[number];

/** What a merge moved, and the contact that it took away: enough to part the two again. */
export type MergeRecord = {
  contact: {
    phone: string | null;
    userId: string | null;
    name: string | null;
    language: string | null;
    country: string | null;
    timeZone: string | null;
    marketingStoppedAt: string | null;
    marketingToldAt: string | null;
    createdAt: string;
  };
  /** What the survivor had before where the merge changed it. */
  survivor: {
    phone: string | null;
    userId: string | null;
    name: string | null;
    marketingStoppedAt: string | null;
    /** Merges before 0.3 did not write it down, nor `freeEntryUntil`. */
    marketingToldAt?: string | null;
  };
  addresses: { kind: AddressKind; index: string }[];
  consents: string[];
  /** Entries that the merge itself added, because one of the two had said no. */
  added: { id: string; belongsTo: "survivor" | "merged" }[];
  messages: string[];
  /** Conversations that moved whole, and those that became one with a conversation of the survivor's. */
  conversations: {
    id: string;
    integrationId: string;
    lastInboundAt: string | null;
    freeEntryUntil?: string | null;
    lastActivityAt: string;
    unread: number;
    state: "open" | "snoozed" | "closed";
    createdAt: string;
    into: string | null;
  }[];
};

export const Contact = z.object({
  id: z.string(),
  phoneNumber: z.string().nullable(),
  userId: z.string().nullable().describe("Meta's user id."),
  addresses: z
    .array(z.object({ kind: z.enum(ADDRESS_KINDS), value: z.string() }))
    .describe("Everything by which the person is found."),
  name: z.string().nullable(),
  language: z.string().nullable(),
  country: z.string().nullable(),
  timeZone: z.string().nullable(),
  consent: ConsentState,
  marketingStoppedAt: z.iso.datetime().nullable().describe("The person stopped marketing in WhatsApp itself."),
  windowClosesAt: z.iso.datetime().nullable().describe("Until then free text may be sent; of all numbers the latest."),
  createdAt: z.iso.datetime(),
  updatedAt: z.iso.datetime(),
});
export type Contact = z.infer<typeof Contact>;
export const ContactPage = pageOf(Contact);

function isTimeZone(zone: string): boolean {
  try {
    return Boolean(new Intl.DateTimeFormat("en", { timeZone: zone }));
  } catch {
    return false;
  }
}

const contactFields = {
  name: z.string().trim().max(NAME_LENGTH).nullable().optional(),
  language: z
    .string()
    .regex(/^[a-z]{2,3}([_-][A-Z]{2})?$/, "A language such as tr or en_US")
    .transform((code) => code.replace("-", "_"))
    .nullable()
    .optional(),
  timeZone: z
    .string()
    .max(60)
    .refine(isTimeZone, "Not a time zone of the IANA database, such as Europe/Istanbul")
    .nullable()
    .optional(),
};
export const CreateContact = z.strictObject({ phoneNumber: z.string().max(40), ...contactFields });
export type CreateContact = z.infer<typeof CreateContact>;
export const UpdateContact = z.strictObject({
  ...contactFields,
  updatedAt: Moment.optional().describe(
    "The contact's updatedAt as it was read: if somebody changed it since, the answer is 409 with the present state.",
  ),
});
export type UpdateContact = z.infer<typeof UpdateContact>;

export const FilterContacts = z.object({
  search: queryText(120)
    .optional()
    .describe("A part of the name, a whole phone number (also as it is written at home), a user id, or @username."),
  consent: z.enum(["opted_in", "opted_out", "none"]).optional().describe("What the person said for the purpose."),
  purpose: z.enum(["marketing", "utility", "authentication"]).optional().describe("Of the consent; marketing unless said."),
});
export type FilterContacts = z.infer<typeof FilterContacts>;

export type ContactSort = (typeof CONTACT_SORTS)[number];
export const ListContacts = FilterContacts.extend({
  ...PageQuery.shape,
  sort: z.enum(CONTACT_SORTS).default("-createdAt"),
});
export type ListContacts = z.infer<typeof ListContacts>;
export const ExportContacts = FilterContacts.extend({ sort: z.enum(CONTACT_SORTS).default("-createdAt") });
export type ExportContacts = z.infer<typeof ExportContacts>;

export const Count = z.object({
  count: z.number().int(),
  isExact: z.boolean().describe("False: at least so many."),
});
export type Count = z.infer<typeof Count>;
