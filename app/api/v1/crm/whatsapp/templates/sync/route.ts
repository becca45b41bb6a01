import { route } from "@/lib/api/route";
import { SyncReport, SyncTemplates } from "@/lib/templates/schema";
import { syncTemplates } from "@/lib/templates/sync";

export const POST = route({
  summary: "Read the templates from Meta",
  description: "Of one integration or of all; templates that Meta no longer has are removed here too.",
  permission: "templates:write",
  body: SyncTemplates,
  response: SyncReport,
  handler: ({ ctx, body }) => syncTemplates(ctx, body),
});
