import { z } from "zod";
import { ConsentPurpose, ConsentState, ConsentStatus } from "@/lib/contacts/schema";
import { Language } from "@/lib/organizations/schema";

export const PreferenceToken = z.object({ token: z.string().min(1).max(100) });
export const PreferenceLink = z.object({ url: z.string() });
export type PreferenceLink = z.infer<typeof PreferenceLink>;

export const PREFERENCE_PURPOSES = ["marketing", "utility", "authentication"] as const;

/** One word of the person. Where it was heard and what proves it is the organization's own note. */
const Word = z.object({
  id: z.string(),
  purpose: ConsentPurpose,
  status: ConsentStatus,
  occurredAt: z.iso.datetime(),
  wording: z.string().nullable(),
});

export const Preferences = z.object({
  organizationName: z.string(),
  timeZone: z.string(),
  maskedPhone: z.string().nullable().describe("Enough to see whose page it is, too little to learn the number."),
  consent: ConsentState,
  marketingStoppedAt: z.iso
    .datetime()
    .nullable()
    .describe("Offers were stopped in WhatsApp itself: only there they can be allowed again."),
  history: z.array(Word).describe("The newest first, at most 100."),
});
export type Preferences = z.infer<typeof Preferences>;

const wish = z.boolean().optional();
export const SavePreferences = z
  .strictObject({
    marketing: wish.describe("True gives consent, false withdraws it; left out, it stays."),
    utility: wish,
    authentication: wish,
    language: Language.describe("In which the page was read: its wording is kept with the consent."),
  })
  .refine((body) => PREFERENCE_PURPOSES.some((purpose) => body[purpose] !== undefined), {
    error: "Say what to change",
    path: ["marketing"],
  });
export type SavePreferences = z.infer<typeof SavePreferences>;

const State = z.enum(["consent given", "consent withdrawn"]);

/** Source: ISO/IEC TS 27560:2023, 6.3 and 6.4: header, PII processing, party identification, events. */
export const Receipt = z.object({
  receipt_metadata: z.object({
    receipt_id: z.string(),
    receipt_schema_version: z.string(),
    issued_at: z.iso.datetime(),
  }),
  record_header: z.object({
    schema_version: z.string(),
    record_id: z.string(),
    pii_principal_id: z.string(),
  }),
  pii_processing: z.object({
    withdrawal_method: z.string().describe("The page on which consent is withdrawn."),
    purposes: z.array(
      z.object({
        purpose: z.enum(PREFERENCE_PURPOSES),
        purpose_description: z.string(),
        lawful_basis: z.literal("consent"),
        pii_information: z.array(z.object({ pii_type: z.string() })),
        pii_controllers: z.array(z.string()),
        collection_method: z.string(),
        state: State.nullable().describe("Null: nothing was ever said about it."),
      }),
    ),
  }),
  party_identification: z.array(
    z.object({ party_id: z.string(), party_role: z.literal("pii_controller"), party_name: z.string() }),
  ),
  events: z.array(
    z.object({
      event_id: z.string(),
      event_time: z.iso.datetime(),
      event_type: z.literal("explicit"),
      event_state: State,
      purposes: z.array(z.enum(PREFERENCE_PURPOSES)),
      notice: z.string().nullable().describe("What the person agreed to, word for word, where it was kept."),
    }),
  ),
});
export type Receipt = z.infer<typeof Receipt>;
