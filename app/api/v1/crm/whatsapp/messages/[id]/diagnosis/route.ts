import { IdParams, route } from "@/lib/api/route";
import { diagnoseMessage } from "@/lib/messages/diagnosis";
import { Diagnosis } from "@/lib/messages/diagnosis-schema";

export const GET = route({
  summary: "Why a message has not arrived",
  description:
    "Everything that can stand between a message and a person, each with what was looked at and when: the number, the recipient, consent, limits, the window or the template, what Meta answered, and whether Meta's webhooks arrive.",
  permission: "messages:read",
  params: IdParams,
  response: Diagnosis,
  handler: ({ ctx, params }) => diagnoseMessage(ctx, params.id),
});
