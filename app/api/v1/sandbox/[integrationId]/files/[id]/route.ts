import { z } from "zod";
import { fileRoute } from "@/lib/api/route";
import { readPhoneFile } from "@/lib/sandbox/phone-files";

export const GET = fileRoute({
  summary: "Read a file of a virtual phone's chat",
  description: "What either side sent, up to 16 MB, whole or a range.",
  permission: "sandbox:read",
  params: z.object({ integrationId: z.string(), id: z.string().min(1).max(40) }),
  handler: ({ ctx, params, request }) => readPhoneFile(ctx, params.integrationId, params.id, request),
});
