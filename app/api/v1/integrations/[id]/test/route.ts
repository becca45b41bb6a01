import { IdParams, route } from "@/lib/api/route";
import { testIntegration } from "@/lib/connection-test/connection-test";
import { DoctorReport } from "@/lib/integrations/schema";

export const POST = route({
  summary: "Test an integration",
  description: "Always 200: what is wrong, and what to do about it, stands in the checks.",
  permission: "integrations:write",
  params: IdParams,
  response: DoctorReport,
  handler: ({ ctx, params }) => testIntegration(ctx, params.id),
});
