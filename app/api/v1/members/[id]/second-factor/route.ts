import { IdParams, route } from "@/lib/api/route";
import { resetSecondFactor } from "@/lib/organizations/members";

export const DELETE = route({
  summary: "Take a member's second factor away",
  description: "For someone who lost their phone and their recovery codes. The password stays.",
  permission: "members:write",
  params: IdParams,
  handler: ({ ctx, params }) => resetSecondFactor(ctx, params.id),
});
