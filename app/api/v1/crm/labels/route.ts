import { route } from "@/lib/api/route";
import { createLabel, listLabels } from "@/lib/conversations/labels";
import { CreateLabel, Label, LabelList } from "@/lib/conversations/schema";

export const GET = route({
  summary: "List the labels of conversations",
  permission: "messages:read",
  response: LabelList,
  handler: ({ ctx }) => listLabels(ctx),
});

export const POST = route({
  summary: "Make a label",
  permission: "messages:write",
  body: CreateLabel,
  response: Label,
  status: 201,
  handler: ({ ctx, body }) => createLabel(ctx, body),
});
