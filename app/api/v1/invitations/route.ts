import { route } from "@/lib/api/route";
import { PageQuery } from "@/lib/http/paging";
import { createInvitation, listInvitations } from "@/lib/organizations/invitations";
import { CreatedInvitation, CreateInvitation, InvitationPage } from "@/lib/organizations/schema";

export const GET = route({
  summary: "List the open invitations",
  permission: "members:read",
  query: PageQuery,
  response: InvitationPage,
  handler: ({ ctx, query }) => listInvitations(ctx, query),
});

export const POST = route({
  summary: "Invite a person",
  description: "Answers with a one-time link that works for 7 days. An earlier open invitation to the same address is withdrawn.",
  permission: "members:write",
  body: CreateInvitation,
  response: CreatedInvitation,
  status: 201,
  handler: ({ ctx, body }) => createInvitation(ctx, body),
});
