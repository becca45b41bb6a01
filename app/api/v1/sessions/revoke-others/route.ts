import { route } from "@/lib/api/route";
import { revokeOtherSessions } from "@/lib/auth/sessions";
import { RevokedSessions } from "@/lib/organizations/schema";

export const POST = route({
  summary: "Sign out everywhere but here",
  permission: "signed_in",
  response: RevokedSessions,
  handler: ({ ctx }) => revokeOtherSessions(ctx),
});
