import { route } from "@/lib/api/route";
import { getMe, updateMe } from "@/lib/auth/me";
import { Me, UpdateMe } from "@/lib/organizations/schema";

export const GET = route({
  summary: "Show who you are and what you may do",
  permission: "signed_in",
  response: Me,
  handler: ({ ctx }) => getMe(ctx),
});

export const PATCH = route({
  summary: "Change your name, language, password or present organization",
  description: "For signed-in people only. A new password needs the present one and signs your other browsers out.",
  permission: "signed_in",
  body: UpdateMe,
  response: Me,
  handler: ({ ctx, body }) => updateMe(ctx, body),
});
