import { revokeSession } from "@/lib/auth/sessions";
import { IdParams, route } from "@/lib/http/route";

export const DELETE = route({
  summary: "Sign one of your browsers out",
  permission: "signed_in",
  params: IdParams,
  handler: ({ ctx, params }) => revokeSession(ctx, params.id),
});
