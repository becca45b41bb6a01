import { route } from "@/lib/api/route";
import { getConsentSettings, updateConsentSettings } from "@/lib/contacts/consent-settings";
import { ShownConsentSettings, UpdateConsentSettings } from "@/lib/contacts/settings-schema";

export const GET = route({
  summary: "How the organization acts on words of consent",
  permission: "organization:read",
  response: ShownConsentSettings,
  handler: ({ ctx }) => getConsentSettings(ctx),
});

export const PATCH = route({
  summary: "Change the words of consent and their confirmation",
  description: "Words and texts are replaced as a whole.",
  permission: "organization:write",
  body: UpdateConsentSettings,
  response: ShownConsentSettings,
  handler: ({ ctx, body }) => updateConsentSettings(ctx, body),
});
