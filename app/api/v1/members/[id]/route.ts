import { IdParams, route } from "@/lib/api/route";
import { removeMember, updateMember } from "@/lib/organizations/members";
import { Member, RemoveMember, UpdateMember } from "@/lib/organizations/schema";

export const PATCH = route({
  summary: "Change a member's role",
  description:
    "Only an owner makes or unmakes owners, and the last owner stays. What the member delegated beyond the new role ends: GET …/delegations?role= shows it first.",
  permission: "members:write",
  params: IdParams,
  body: UpdateMember,
  response: Member,
  handler: ({ ctx, params, body }) => updateMember(ctx, params.id, body),
});

export const DELETE = route({
  summary: "Remove a member",
  description: "What the member delegated ends with their authority: GET …/delegations shows it first.",
  permission: "members:write",
  params: IdParams,
  query: RemoveMember,
  handler: ({ ctx, params, query }) => removeMember(ctx, params.id, query),
});
