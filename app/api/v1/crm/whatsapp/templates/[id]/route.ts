import { IdParams, route } from "@/lib/api/route";
import { Template } from "@/lib/templates/schema";
import { getTemplate } from "@/lib/templates/templates";

export const GET = route({
  summary: "Read a message template",
  permission: "templates:read",
  params: IdParams,
  response: Template,
  handler: ({ ctx, params }) => getTemplate(ctx, params.id),
});
