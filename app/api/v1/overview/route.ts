import { route } from "@/lib/api/route";
import { getOverview } from "@/lib/insights/overview";
import { Overview } from "@/lib/insights/schema";

export const GET = route({
  summary: "Today, the last two weeks, the numbers' health and what needs a person",
  permission: "messages:read",
  response: Overview,
  handler: ({ ctx }) => getOverview(ctx),
});
