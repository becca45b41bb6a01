import { z } from "zod";
import { route } from "@/lib/api/route";
import { setPhonePresence } from "@/lib/sandbox/phone";
import { SandboxPhone, SetPhonePresence } from "@/lib/sandbox/schema";

export const PATCH = route({
  summary: "Change a virtual phone",
  description: "Airplane mode, read receipts, whether the number is on WhatsApp, and the customer's switch against offers.",
  permission: "sandbox:write",
  params: z.object({ integrationId: z.string() }),
  body: SetPhonePresence,
  response: SandboxPhone,
  handler: ({ ctx, params, body }) => setPhonePresence(ctx, params.integrationId, body),
});
