import { route } from "@/lib/api/route";
import { StartedSecondFactor, StartSecondFactor } from "@/lib/auth/schema";
import { startSecondFactor } from "@/lib/auth/second-factor";

export const POST = route({
  summary: "Start to set up your second factor",
  description: "Answers with the secret for an authenticator app. It counts once a first code was confirmed.",
  permission: "signed_in",
  body: StartSecondFactor,
  response: StartedSecondFactor,
  handler: ({ ctx, body }) => startSecondFactor(ctx, body),
});
