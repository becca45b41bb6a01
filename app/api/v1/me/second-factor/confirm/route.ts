import { route } from "@/lib/api/route";
import { ConfirmSecondFactor, RecoveryCodes } from "@/lib/auth/schema";
import { confirmSecondFactor } from "@/lib/auth/second-factor";

export const POST = route({
  summary: "Confirm your second factor with a first code",
  description: "From now on signing in with the password asks for a code. Your other browsers are signed out.",
  permission: "signed_in",
  body: ConfirmSecondFactor,
  response: RecoveryCodes,
  handler: ({ ctx, body }) => confirmSecondFactor(ctx, body),
});
