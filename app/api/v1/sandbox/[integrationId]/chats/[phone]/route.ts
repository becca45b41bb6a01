import { z } from "zod";
import { route } from "@/lib/api/route";
import { getPhoneChat } from "@/lib/sandbox/phone";
import { SandboxChat } from "@/lib/sandbox/schema";

export const GET = route({
  summary: "Read a virtual phone's chat",
  description: "What the customer sees, with the ticks as they stand now.",
  permission: "sandbox:read",
  params: z.object({ integrationId: z.string(), phone: z.string().describe("In international format, as +905551234567.") }),
  response: SandboxChat,
  handler: ({ ctx, params }) => getPhoneChat(ctx, params.integrationId, params.phone),
});
