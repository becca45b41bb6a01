import { IdParams, route } from "@/lib/api/route";
import { duplicateTemplate } from "@/lib/templates/create";
import { DuplicateTemplate, Template } from "@/lib/templates/schema";

export const POST = route({
  summary: "Duplicate a message template",
  description: "The copy is a draft, under another name or in another language.",
  permission: "templates:write",
  params: IdParams,
  body: DuplicateTemplate,
  response: Template,
  status: 201,
  handler: ({ ctx, params, body }) => duplicateTemplate(ctx, params.id, body),
});
