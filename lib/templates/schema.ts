import { z } from "zod";
import { PageQuery, pageOf } from "@/lib/http/paging";

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
  metaId: z.string(),
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
  syncedAt: z.iso.datetime(),
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
