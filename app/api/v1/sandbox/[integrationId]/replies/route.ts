import { z } from "zod";
import { route } from "@/lib/api/route";
import { replyFromPhone } from "@/lib/sandbox/phone";
import { ReplyFromPhone, SandboxMessage } from "@/lib/sandbox/schema";

export const POST = route({
  summary: "Write as a virtual phone",
  description: "The customer writes or presses a button. The message arrives by webhook, as from Meta.",
  permission: "sandbox:write",
  params: z.object({ integrationId: z.string() }),
  body: ReplyFromPhone,
  response: SandboxMessage,
  status: 201,
  handler: ({ ctx, params, body }) => replyFromPhone(ctx, params.integrationId, body),
});
