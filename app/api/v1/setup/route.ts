import { openRoute } from "@/lib/api/route";
import { SetupInput, SetupResult } from "@/lib/organizations/schema";
import { completeSetup } from "@/lib/organizations/setup";

export const POST = openRoute({
  summary: "Set the installation up: its first owner and organization",
  description: "Needs the token of the setup link that the server prints when it starts. It works once.",
  body: SetupInput,
  response: SetupResult,
  status: 201,
  handler: ({ db, body, request, now }) => completeSetup(db, body, { ip: request.headers.get("x-real-ip"), now }),
});
