import { IdParams, route } from "@/lib/api/route";
import { subscribeIntegration } from "@/lib/connection-test/connection-test";
import { DoctorReport } from "@/lib/integrations/schema";

export const POST = route({
  summary: "Subscribe the app to the account's webhooks",
  description: "Answers with a fresh test.",
  permission: "integrations:write",
  params: IdParams,
  response: DoctorReport,
  handler: ({ ctx, params }) => subscribeIntegration(ctx, params.id),
});
