import { IdParams, route } from "@/lib/http/route";
import { removeMember, updateMember } from "@/lib/organizations/members";
import { Member, UpdateMember } from "@/lib/organizations/schema";

export const PATCH = route({
  summary: "Change a member's role",
  description: "Only an owner makes or unmakes owners, and the last owner stays.",
  permission: "members:write",
  params: IdParams,
  body: UpdateMember,
  response: Member,
  handler: ({ ctx, params, body }) => updateMember(ctx, params.id, body),
});

export const DELETE = route({
  summary: "Remove a member",
  permission: "members:write",
  params: IdParams,
  handler: ({ ctx, params }) => removeMember(ctx, params.id),
});
