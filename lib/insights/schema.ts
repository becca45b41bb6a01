import { z } from "zod";
import { IntegrationHealth } from "@/lib/integrations/schema";

const Counts = z.object({
  accepted: z.number().int(),
  waiting: z.number().int(),
  sent: z.number().int().describe("Reached Meta, whatever came after."),
  delivered: z.number().int(),
  read: z.number().int(),
  failed: z.number().int(),
  cancelled: z.number().int(),
});

/** The overview: today in the organization's time zone, the numbers' health, and what needs a person. */
export const Overview = z.object({
  today: Counts,
  days: z.array(Counts.extend({ date: z.iso.date() })).describe("The last 14 days, oldest first."),
  integrations: z.array(IntegrationHealth.extend({ name: z.string(), sandbox: z.boolean() })),
  failures: z
    .array(
      z.object({
        code: z.number().int().nullable(),
        reason: z.string(),
        meaning: z.string(),
        action: z.string(),
        count: z.number().int(),
      }),
    )
    .describe("Of the last 7 days, most frequent first."),
  attention: z.array(
    z.object({
      kind: z.enum([
        "no_integration",
        "nobody_wakes",
        "integration_not_verified",
        "integration_paused",
        "token_expires",
        "templates_rejected",
        "template_paused",
        "template_disabled",
        "messages_unknown",
        "messages_failed",
        "no_webhooks",
        "signatures_refused",
        "allowance_low",
      ]),
      count: z.number().int().optional(),
      name: z.string().optional(),
      href: z.string(),
    }),
  ),
});
export type Overview = z.infer<typeof Overview>;
