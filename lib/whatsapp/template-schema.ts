import { z } from "zod";

const looseText = z.string().optional().catch(undefined);

/** A button of a synced template, with Meta's own field names; unknown fields pass. */
export const TemplateButton = z.looseObject({
  type: z.string(),
  text: looseText,
  url: looseText,
  phone_number: looseText,
  otp_type: looseText,
  example: z.unknown().optional(),
});
export type TemplateButton = z.infer<typeof TemplateButton>;

/** A component of a synced template, with Meta's own field names; unknown fields and types pass. */
export const TemplateComponent = z.looseObject({
  type: z.string(),
  format: looseText,
  text: looseText,
  buttons: z.array(z.unknown()).optional().catch(undefined),
  example: z.unknown().optional(),
});
export type TemplateComponent = z.infer<typeof TemplateComponent>;

const ParamValue = z.union([z.string(), z.number().transform(String)]);

/** What `templateParams` of a request may hold: names with values, or values in order. Numbers are taken as text. */
export const TemplateParams = z.union([z.array(ParamValue).max(100), z.record(z.string().max(200), ParamValue)]);
export type TemplateParams = z.infer<typeof TemplateParams>;

const RenderedHeader = z.object({ format: z.string(), text: z.string().optional() });
const RenderedButton = z.object({
  type: z.string(),
  text: z.string(),
  url: z.string().optional(),
  phoneNumber: z.string().optional(),
});

/** A template with its values filled in. */
export const RenderedTemplate = z.object({
  header: RenderedHeader.optional(),
  body: z.string(),
  footer: z.string().optional(),
  offer: z.object({ text: z.string(), expiresAt: z.iso.datetime().optional() }).optional(),
  buttons: z.array(RenderedButton),
  cards: z.array(z.object({ header: RenderedHeader.optional(), body: z.string(), buttons: z.array(RenderedButton) })).optional(),
});
export type RenderedTemplate = z.infer<typeof RenderedTemplate>;
