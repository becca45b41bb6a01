import { route } from "@/lib/api/route";
import { ListTemplates, TemplatePage } from "@/lib/templates/schema";
import { listTemplates } from "@/lib/templates/templates";

export const GET = route({
  summary: "List message templates",
  permission: "templates:read",
  query: ListTemplates,
  response: TemplatePage,
  handler: ({ ctx, query }) => listTemplates(ctx, query),
});
