import { z } from "zod";
import { ConsentState } from "@/lib/contacts/schema";
import { MessagePurpose } from "./schema";

/** What stands against a message: a code, a sentence, what to do, and what there is to know. One shape for gate, API and screens. */
function reason<C extends string, D extends z.ZodType>(code: C, details: D) {
  return z.object({ code: z.literal(code), message: z.string(), fix: z.string(), details });
}

const ParamsCheck = z.object({
  ok: z.boolean(),
  expected: z.looseObject({ keys: z.array(z.string()) }),
  missing: z.array(z.string()),
  unexpected: z.array(z.string()),
  invalid: z.array(z.looseObject({ key: z.string(), reason: z.string() })),
  unsupported: z.array(z.string()),
  given: z.number().int().describe("How many values came; `expected.keys` are those that were to come."),
});

export const GateReason = z.discriminatedUnion("code", [
  reason("invalid_phone_number", z.object({ phoneNumber: z.string(), suggestion: z.string().optional() })),
  reason("recipient_unreachable", z.object({ contactId: z.string().nullable() })),
  reason("not_found", z.object({ integrationId: z.string().optional(), contactId: z.string().optional() })),
  reason("integration_not_verified", z.object({ integrationId: z.string().nullable(), status: z.string().nullable() })),
  reason("integration_paused", z.object({ integrationId: z.string(), reason: z.string().nullable() })),
  reason("recipient_not_opted_in", z.object({ purpose: MessagePurpose, consent: ConsentState })),
  reason("recipient_opted_out_at_meta", z.object({ stoppedAt: z.iso.datetime() })),
  reason("template_not_found", z.object({ template: z.string(), languages: z.array(z.string()) })),
  reason(
    "template_not_approved",
    z.object({
      template: z.string(),
      language: z.string(),
      status: z.string(),
      rejectedReason: z.string().nullable(),
    }),
  ),
  reason("template_params_mismatch", ParamsCheck),
  reason(
    "outside_customer_service_window",
    z.object({ lastInboundAt: z.iso.datetime().nullable().describe("When the person last wrote; null: never to this number.") }),
  ),
  reason("rate_limit_exceeded", z.object({ allowance: z.number().nullable(), used: z.number(), nextFreeAt: z.iso.datetime() })),
  reason("conflict", z.object({ businessHours: z.literal("never_open") })),
]);
export type GateReason = z.infer<typeof GateReason>;

export const CheckResult = z.object({
  ok: z.boolean(),
  reasons: z.array(GateReason),
  scheduledFor: z.iso.datetime().optional(),
});
export type CheckResult = z.infer<typeof CheckResult>;
