import { route } from "@/lib/api/route";
import { ProveSecondFactor } from "@/lib/auth/schema";
import { removeSecondFactor } from "@/lib/auth/second-factor";

export const POST = route({
  summary: "Remove your second factor",
  permission: "signed_in",
  body: ProveSecondFactor,
  handler: ({ ctx, body }) => removeSecondFactor(ctx, body),
});
