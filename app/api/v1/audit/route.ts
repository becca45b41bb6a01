import { route } from "@/lib/api/route";
import { listAuditEntries } from "@/lib/organizations/audit-trail";
import { AuditPage, AuditQuery } from "@/lib/organizations/schema";

export const GET = route({
  summary: "List what was done, and by whom",
  permission: "audit:read",
  query: AuditQuery,
  response: AuditPage,
  handler: ({ ctx, query }) => listAuditEntries(ctx, query),
});
