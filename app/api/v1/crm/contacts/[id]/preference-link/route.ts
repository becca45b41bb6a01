import { IdParams, route } from "@/lib/api/route";
import { linkToPreferences } from "@/lib/preferences/preferences";
import { PreferenceLink } from "@/lib/preferences/schema";

export const GET = route({
  summary: "The address of a contact's own preference page",
  description:
    "Signed, for this person alone: whoever opens it gives and withdraws consent in their name. It does not end. Put it into messages to them, and nowhere else.",
  permission: "contacts:write",
  params: IdParams,
  response: PreferenceLink,
  handler: ({ ctx, params }) => linkToPreferences(ctx, params.id),
});
