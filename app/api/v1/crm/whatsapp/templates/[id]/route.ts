import { IdParams, route } from "@/lib/api/route";
import { updateTemplate } from "@/lib/templates/change";
import { removeTemplate } from "@/lib/templates/remove";
import { DeletedTemplates, DeleteTemplate, Template, UpdateTemplate } from "@/lib/templates/schema";
import { getTemplate } from "@/lib/templates/templates";

export const GET = route({
  summary: "Read a message template",
  permission: "templates:read",
  params: IdParams,
  response: Template,
  handler: ({ ctx, params }) => getTemplate(ctx, params.id),
});

export const PATCH = route({
  summary: "Change a message template",
  description: "What Meta has is changed there and reviewed again: an approved one once in 24 hours and 10 times in 30 days.",
  permission: "templates:write",
  params: IdParams,
  body: UpdateTemplate,
  response: Template,
  handler: ({ ctx, params, body }) => updateTemplate(ctx, params.id, body),
});

export const DELETE = route({
  summary: "Delete a message template",
  description: "At Meta too. The name of an approved one is locked there for 30 days.",
  permission: "templates:write",
  params: IdParams,
  query: DeleteTemplate,
  response: DeletedTemplates,
  handler: ({ ctx, params, query }) => removeTemplate(ctx, params.id, { allLanguages: query.allLanguages === "true" }),
});
