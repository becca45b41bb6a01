import { IdParams, route } from "@/lib/api/route";
import { revokeSession } from "@/lib/auth/sessions";

export const DELETE = route({
  summary: "Sign one of your browsers out",
  permission: "signed_in",
  params: IdParams,
  handler: ({ ctx, params }) => revokeSession(ctx, params.id),
});
