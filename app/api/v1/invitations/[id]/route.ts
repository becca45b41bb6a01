import { IdParams, route } from "@/lib/api/route";
import { withdrawInvitation } from "@/lib/organizations/invitations";

export const DELETE = route({
  summary: "Withdraw an invitation",
  permission: "members:write",
  params: IdParams,
  handler: ({ ctx, params }) => withdrawInvitation(ctx, params.id),
});
