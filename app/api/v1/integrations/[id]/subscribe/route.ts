import { IdParams, route } from "@/lib/http/route";
import { subscribeIntegration } from "@/lib/integrations/doctor";
import { DoctorReport } from "@/lib/integrations/schema";

export const POST = route({
  summary: "Subscribe the app to the account's webhooks",
  description: "Answers with a fresh test.",
  permission: "integrations:write",
  params: IdParams,
  response: DoctorReport,
  handler: ({ ctx, params }) => subscribeIntegration(ctx, params.id),
});
