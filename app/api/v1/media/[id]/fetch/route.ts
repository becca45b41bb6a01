import { IdParams, route } from "@/lib/api/route";
import { FileFacts } from "@/lib/media/schema";
import { fetchAgain } from "@/lib/media/serve";

export const POST = route({
  summary: "Fetch a file from Meta again",
  description: "For one that could not be fetched. Meta keeps what came for 7 days, for some accounts for an hour only.",
  permission: "messages:write",
  params: IdParams,
  response: FileFacts,
  handler: ({ ctx, params }) => fetchAgain(ctx, params.id),
});
