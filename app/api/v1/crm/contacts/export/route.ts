import { csvRoute } from "@/lib/api/route";
import { exportContacts } from "@/lib/contacts/list";
import { ExportContacts } from "@/lib/contacts/schema";

export const GET = csvRoute({
  summary: "Export all contacts that match, as CSV",
  permission: "contacts:read",
  query: ExportContacts,
  fileName: "contacts.csv",
  handler: ({ ctx, query }) => exportContacts(ctx, query),
});
