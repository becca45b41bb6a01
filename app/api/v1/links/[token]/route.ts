import { z } from "zod";
import { openRoute } from "@/lib/api/route";
import { previewLink } from "@/lib/auth/redeem-link";
import { LinkPreview } from "@/lib/organizations/schema";

export const GET = openRoute({
  summary: "Look at a one-time link before using it",
  params: z.object({ token: z.string().min(1).max(200) }),
  response: LinkPreview,
  handler: ({ db, params, now }) => previewLink({ db, now }, params.token),
});
