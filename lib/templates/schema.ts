import { z } from "zod";
import { PageQuery, pageOf } from "@/lib/http/paging";
import { Moment } from "@/lib/moment";
import { TEMPLATE_LIMITS } from "@/lib/whatsapp/template-rules";

/** A component as Meta gives it. Only what we read is named; the rest is kept. */
export const TemplateComponent = z.looseObject({
  type: z.string(),
  format: z.string().optional(),
  text: z.string().optional(),
  buttons: z
    .array(
      z.looseObject({
        type: z.string(),
        text: z.string().optional(),
        url: z.string().optional(),
        phone_number: z.string().optional(),
      }),
    )
    .optional(),
});
export type TemplateComponent = z.infer<typeof TemplateComponent>;

export const TemplateVariable = z.object({
  key: z.string().describe("The key in templateParams."),
  place: z.enum(["header", "body", "button"]),
  example: z.string().nullable(),
});

export const Template = z.object({
  id: z.string(),
  metaId: z.string().nullable().describe("Null of a draft, which Meta does not know yet."),
  businessAccountId: z.string(),
  name: z.string(),
  language: z.string(),
  category: z.string(),
  previousCategory: z.string().nullable(),
  status: z.string(),
  parameterFormat: z.enum(["NAMED", "POSITIONAL"]),
  components: z.array(TemplateComponent),
  variables: z.array(TemplateVariable),
  qualityScore: z.string().nullable(),
  rejectedReason: z.string().nullable(),
  messageSendTtlSeconds: z.number().int().nullable(),
  optOutButton: z.string().nullable().describe("The text of the quick reply whose press stops offers."),
  nextEditAt: z.iso
    .datetime()
    .nullable()
    .describe("Of an approved one: before then Meta takes no change. Null: no limit is near."),
  syncedAt: z.iso.datetime(),
  updatedAt: z.iso.datetime(),
});
export type Template = z.infer<typeof Template>;
export const TemplatePage = pageOf(Template);

export const ListTemplates = PageQuery.extend({
  integrationId: z.string().optional(),
  status: z.string().optional(),
  category: z.string().optional(),
  language: z.string().optional(),
  search: z.string().max(100).optional(),
});
export type ListTemplates = z.infer<typeof ListTemplates>;

export const SyncTemplates = z
  .strictObject({ integrationId: z.string().optional().describe("Without it, every integration.") })
  .default({});
export const SyncReport = z.object({
  synced: z.number().int(),
  added: z.number().int(),
  changed: z.number().int(),
  removed: z.number().int(),
  failures: z.array(z.object({ integrationId: z.string(), message: z.string() })),
});
export type SyncReport = z.infer<typeof SyncReport>;

/** The status of what Meta does not know yet. */
export const DRAFT = "DRAFT";

/** Meta's own shape. What Meta would refuse about it is found by `templateFindings`, all at once. */
const MetaTemplate = z.strictObject({
  name: z
    .string()
    .max(2 * TEMPLATE_LIMITS.name)
    .describe("Lower-case letters, digits and underscores."),
  language: z.string().max(20).describe("One of Meta's codes, such as tr or en_US."),
  category: z.string().max(40).describe("MARKETING, UTILITY or AUTHENTICATION. Meta may give another one."),
  parameter_format: z.string().max(40).optional().describe("POSITIONAL (without it) or NAMED."),
  components: z
    .array(z.looseObject({ type: z.string().max(40) }))
    .max(20)
    .describe(
      "Meta's components with an example for each variable. A header's sample (example.header_handle) may be the id of POST /api/v1/media: Meta is given the file when the template is submitted.",
    ),
  message_send_ttl_seconds: z.number().int().optional(),
});

const OptOutButton = z
  .string()
  .max(TEMPLATE_LIMITS.buttonText)
  .nullable()
  .optional()
  .describe("The text of a quick reply. Its press is written into the ledger as a stop of offers, whatever the button says.");

export const CreateTemplate = MetaTemplate.extend({
  integrationId: z.string().optional().describe("Without it, the default integration."),
  optOutButton: OptOutButton,
  submit: z.boolean().default(true).describe("false keeps a draft, which Meta does not see and which may be incomplete."),
  allow_category_change: z.boolean().optional().describe("Without effect at Meta since April 2025."),
});
export type CreateTemplate = z.infer<typeof CreateTemplate>;

export const UpdateTemplate = MetaTemplate.partial().extend({
  optOutButton: OptOutButton,
  submit: z.boolean().default(false).describe("Of a draft: true gives it to Meta. What Meta has is always changed there."),
  updatedAt: Moment.optional().describe(
    "The template's updatedAt as it was read: if somebody changed it since, the answer is 409 with the present state.",
  ),
});
export type UpdateTemplate = z.infer<typeof UpdateTemplate>;

export const DuplicateTemplate = z.strictObject({
  name: MetaTemplate.shape.name.optional(),
  language: MetaTemplate.shape.language.optional(),
  integrationId: z.string().optional().describe("To another account. Without it, the same one."),
});
export type DuplicateTemplate = z.infer<typeof DuplicateTemplate>;

export const DeleteTemplate = z.object({
  allLanguages: z.enum(["true", "false"]).default("false").describe("true deletes every language of the name."),
});
export const DeletedTemplates = z.object({
  deleted: z.array(z.object({ id: z.string(), language: z.string() })),
  nameLockedUntil: z.iso
    .datetime()
    .nullable()
    .describe("Until then Meta takes no new template of this name and language; null when the name is free."),
});
export type DeletedTemplates = z.infer<typeof DeletedTemplates>;
