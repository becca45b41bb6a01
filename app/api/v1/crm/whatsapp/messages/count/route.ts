import { route } from "@/lib/api/route";
import { countMessages } from "@/lib/messages/messages";
import { FilterMessages, MessageCount } from "@/lib/messages/schema";

export const GET = route({
  summary: "Count messages",
  permission: "messages:read",
  query: FilterMessages,
  response: MessageCount,
  handler: ({ ctx, query }) => countMessages(ctx, query),
});
