import { csvRoute } from "@/lib/api/route";
import { exportMessages } from "@/lib/messages/messages";
import { ExportMessages } from "@/lib/messages/schema";

export const GET = csvRoute({
  summary: "Export all messages that match, as CSV",
  permission: "messages:read",
  query: ExportMessages,
  fileName: "messages.csv",
  handler: ({ ctx, query }) => exportMessages(ctx, query),
});
