import { route } from "@/lib/api/route";
import { ProveSecondFactor, RecoveryCodes } from "@/lib/auth/schema";
import { renewRecoveryCodes } from "@/lib/auth/second-factor";

export const POST = route({
  summary: "Replace your recovery codes",
  permission: "signed_in",
  body: ProveSecondFactor,
  response: RecoveryCodes,
  handler: ({ ctx, body }) => renewRecoveryCodes(ctx, body),
});
