import { openRoute } from "@/lib/api/route";
import { openPreferences, savePreferences } from "@/lib/preferences/preferences";
import { Preferences, PreferenceToken, SavePreferences } from "@/lib/preferences/schema";

export const GET = openRoute({
  summary: "What a person has agreed to, by their own link",
  params: PreferenceToken,
  response: Preferences,
  handler: ({ db, request, params, requestId, now }) =>
    openPreferences({ db, requestId, ip: request.headers.get("x-real-ip"), now }, params.token),
});

export const POST = openRoute({
  summary: "Give or withdraw consent by one's own link",
  params: PreferenceToken,
  body: SavePreferences,
  response: Preferences,
  handler: ({ db, request, params, body, requestId, now }) =>
    savePreferences({ db, requestId, ip: request.headers.get("x-real-ip"), now }, params.token, body),
});
