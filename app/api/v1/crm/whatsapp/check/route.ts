import { route } from "@/lib/api/route";
import { CheckResult } from "@/lib/messages/reasons";
import { SendMessage } from "@/lib/messages/schema";
import { checkMessage } from "@/lib/messages/send";

export const POST = route({
  summary: "Say what stands against a message",
  description: "Takes the body of send, sends nothing and gives all reasons at once.",
  permission: "messages:read",
  body: SendMessage,
  response: CheckResult,
  handler: ({ ctx, body }) => checkMessage(ctx, body),
});
