import { route } from "@/lib/api/route";
import { createTemplate } from "@/lib/templates/create";
import { CreateTemplate, ListTemplates, Template, TemplatePage } from "@/lib/templates/schema";
import { listTemplates } from "@/lib/templates/templates";

export const GET = route({
  summary: "List message templates",
  permission: "templates:read",
  query: ListTemplates,
  response: TemplatePage,
  handler: ({ ctx, query }) => listTemplates(ctx, query),
});

export const POST = route({
  summary: "Create a message template",
  description:
    "Meta's own shape. Every rule that it breaks is told at once, before Meta is asked: 422 template_invalid, with path, rule, limit and given in details.",
  permission: "templates:write",
  body: CreateTemplate,
  response: Template,
  status: 201,
  handler: ({ ctx, body }) => createTemplate(ctx, body),
});
