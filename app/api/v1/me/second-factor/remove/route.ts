import { ProveSecondFactor } from "@/lib/auth/schema";
import { removeSecondFactor } from "@/lib/auth/second-factor";
import { route } from "@/lib/http/route";

export const POST = route({
  summary: "Remove your second factor",
  permission: "signed_in",
  body: ProveSecondFactor,
  handler: ({ ctx, body }) => removeSecondFactor(ctx, body),
});
