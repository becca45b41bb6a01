import { IdParams, route } from "@/lib/api/route";
import { contactLedger } from "@/lib/contacts/ledger";
import { ConsentLedger } from "@/lib/contacts/schema";
import { PageQuery } from "@/lib/http/paging";

export const GET = route({
  summary: "Read a contact's consent ledger",
  permission: "contacts:read",
  params: IdParams,
  query: PageQuery,
  response: ConsentLedger,
  handler: ({ ctx, params, query }) => contactLedger(ctx, params.id, query),
});
