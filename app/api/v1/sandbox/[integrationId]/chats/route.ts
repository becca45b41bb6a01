import { z } from "zod";
import { route } from "@/lib/api/route";
import { listPhoneChats } from "@/lib/sandbox/phone";
import { SandboxChatList } from "@/lib/sandbox/schema";

export const GET = route({
  summary: "List the sandbox's virtual phones",
  description: "The phones that have talked with a sandbox number, each with its last message.",
  permission: "sandbox:read",
  params: z.object({ integrationId: z.string() }),
  response: SandboxChatList,
  handler: ({ ctx, params }) => listPhoneChats(ctx, params.integrationId),
});
