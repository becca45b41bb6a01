import { z } from "zod";
import { formRoute } from "@/lib/api/route";
import { uploadFromPhone } from "@/lib/sandbox/phone-files";
import { SandboxFile, UploadFromPhone } from "@/lib/sandbox/schema";

export const POST = formRoute({
  summary: "Give a virtual phone a file to send",
  description: "Of any type, up to 16 MB. Name its id in `media` of the reply.",
  permission: "sandbox:write",
  params: z.object({ integrationId: z.string() }),
  form: UploadFromPhone,
  response: SandboxFile,
  status: 201,
  handler: ({ ctx, params, request }) => uploadFromPhone(ctx, params.integrationId, request),
});
