import { IdParams, route } from "@/lib/api/route";
import { removeLabel, updateLabel } from "@/lib/conversations/labels";
import { Label, UpdateLabel } from "@/lib/conversations/schema";

export const PATCH = route({
  summary: "Change a label",
  permission: "messages:write",
  params: IdParams,
  body: UpdateLabel,
  response: Label,
  handler: ({ ctx, params, body }) => updateLabel(ctx, params.id, body),
});

export const DELETE = route({
  summary: "Delete a label",
  description: "It is taken off every conversation.",
  permission: "messages:write",
  params: IdParams,
  handler: ({ ctx, params }) => removeLabel(ctx, params.id),
});
