import { route } from "@/lib/api/route";
import { countContacts } from "@/lib/contacts/list";
import { Count, FilterContacts } from "@/lib/contacts/schema";

export const GET = route({
  summary: "Count contacts",
  permission: "contacts:read",
  query: FilterContacts,
  response: Count,
  handler: ({ ctx, query }) => countContacts(ctx, query),
});
