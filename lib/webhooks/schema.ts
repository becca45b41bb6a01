import { z } from "zod";
import { PageQuery, pageOf } from "@/lib/http/paging";
import { Moment } from "@/lib/moment";

const OUTCOMES = ["pending", "processed", "ignored", "dead_letter", "failed"] as const;

export const WebhookEvent = z.object({
  id: z.string().describe("The body's id and the item's place in it."),
  kind: z.string(),
  data: z.record(z.string(), z.unknown()).describe("What it says, flat, in Meta's names."),
  integrationIds: z.array(z.string()).describe("Whose app secret signed it."),
  receivedAt: z.iso.datetime(),
  processedAt: z.iso.datetime().nullable(),
  outcome: z.enum(OUTCOMES).describe("`ignored`: nothing follows from this kind."),
  error: z.string().nullable(),
});
export type WebhookEvent = z.infer<typeof WebhookEvent>;
export const WebhookEventPage = pageOf(WebhookEvent);

export const ListWebhookEvents = PageQuery.extend({
  kind: z.string().max(40).optional(),
  integrationId: z.string().optional(),
  wamid: z.string().max(300).optional(),
  from: Moment.optional(),
  to: Moment.optional(),
});
export type ListWebhookEvents = z.infer<typeof ListWebhookEvents>;

export const WebhookBody = z.object({
  id: z.string(),
  body: z.string().describe("As Meta sent it; in base64 where `encoding` says so."),
  encoding: z.enum(["utf8", "base64"]),
  receivedAt: z.iso.datetime(),
  processedAt: z.iso.datetime().nullable(),
  status: z.enum(["pending", "processed", "failed"]),
  attempts: z.number().int(),
  error: z.string().nullable(),
});
export type WebhookBody = z.infer<typeof WebhookBody>;

export const DeadLetter = z.object({
  id: z.string(),
  eventId: z.string().describe("The webhook event of this item."),
  error: z.string(),
  item: z.unknown(),
  createdAt: z.iso.datetime(),
});
export type DeadLetter = z.infer<typeof DeadLetter>;
export const DeadLetterPage = pageOf(DeadLetter);
