import { openRoute } from "@/lib/api/route";
import { preferenceReceipt } from "@/lib/preferences/preferences";
import { PreferenceToken, Receipt } from "@/lib/preferences/schema";

export const GET = openRoute({
  summary: "A receipt of what a person has said, to keep",
  description: "In the structure of ISO/IEC TS 27560:2023: the record's header, the processing, the parties, and every event.",
  params: PreferenceToken,
  response: Receipt,
  handler: ({ db, request, params, requestId, now }) =>
    preferenceReceipt({ db, requestId, ip: request.headers.get("x-real-ip"), now }, params.token),
});
