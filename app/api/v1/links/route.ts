import { openRoute } from "@/lib/api/route";
import { redeemLink } from "@/lib/auth/redeem-link";
import { UsedLink, UseLink } from "@/lib/organizations/schema";

export const POST = openRoute({
  summary: "Use a one-time link: accept an invitation, or choose a new password",
  description:
    "Someone new gives a name and a password. Someone known here accepts an invitation with their current password or session, which stays as it is.",
  body: UseLink,
  response: UsedLink,
  handler: ({ db, body, request, now }) => redeemLink({ db, request, ip: request.headers.get("x-real-ip"), now }, body),
});
