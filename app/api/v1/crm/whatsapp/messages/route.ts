import { route } from "@/lib/api/route";
import { listMessages } from "@/lib/messages/messages";
import { ListMessages, MessagePage } from "@/lib/messages/schema";

export const GET = route({
  summary: "List messages",
  permission: "messages:read",
  query: ListMessages,
  response: MessagePage,
  handler: ({ ctx, query }) => listMessages(ctx, query),
});
