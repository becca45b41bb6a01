import { z } from "zod";
import { Moment } from "@/lib/moment";
import { unknownVariables } from "./stop-confirmation";
import { type SpokenWish, soundsAlike, whyNotOwnWord } from "./stop-words";

const Word = z.string().trim().max(60, "At most 60 characters");
const ConfirmationText = z
  .string()
  .trim()
  .min(1, "The text is empty")
  .max(1_000, "At most 1,000 characters")
  .refine((text) => unknownVariables(text).length === 0, "Only {{organization}} and {{preferences}} can be filled in");

const OwnWords = z
  .strictObject({
    stop: z.array(Word).max(50).describe("Withdraw from everything."),
    stopOffers: z.array(Word).max(50).describe("Withdraw from marketing."),
    start: z.array(Word).max(50).describe("Give back what a stop took."),
  })
  .superRefine((words, context) => {
    const seen: { word: string; list: string }[] = [];
    for (const [list, wish] of Object.entries(WISH_OF)) {
      for (const [index, word] of words[list as keyof typeof WISH_OF].entries()) {
        const against = whyNotOwnWord(word, wish);
        const twin = seen.find((one) => one.list !== list && soundsAlike(one.word, word));
        const message =
          against === "empty"
            ? "Letters or digits are needed: signs alone are not heard"
            : (against ?? twin) && "This word means something else already";
        if (message) context.addIssue({ code: "custom", path: [list, index], message });
        seen.push({ word, list });
      }
    }
  });
const WISH_OF = { stop: "stop", stopOffers: "stop_offers", start: "start" } as const satisfies Record<string, SpokenWish>;

export const ConsentSettings = z.object({
  confirmStops: z.boolean().describe("Whoever withdraws in a message gets one confirmation, while free text may be sent."),
  confirmations: z
    .record(
      z.string().regex(/^[a-z]{2,3}$/, "A language such as tr"),
      z.strictObject({ stop: ConfirmationText.optional(), stopOffers: ConfirmationText.optional() }),
    )
    .refine((texts) => Object.keys(texts).length <= 30, "At most 30 languages")
    .describe("Texts of your own by language. `{{organization}}` and `{{preferences}}`, the person's own page, are filled in."),
  words: OwnWords.describe(
    "Words of your own, beside those of seven languages that everybody's messages are read by. They count as the whole message only.",
  ),
});
export type ConsentSettings = z.infer<typeof ConsentSettings>;

export const DEFAULT_CONSENT_SETTINGS: ConsentSettings = {
  confirmStops: true,
  confirmations: {},
  words: { stop: [], stopOffers: [], start: [] },
};

/** As it is stored and shown. `updatedAt` is null until somebody changed something. */
export const ShownConsentSettings = ConsentSettings.extend({ updatedAt: z.iso.datetime().nullable() });
export type ShownConsentSettings = z.infer<typeof ShownConsentSettings>;

export const UpdateConsentSettings = z
  .strictObject({
    ...ConsentSettings.shape,
    updatedAt: Moment.nullable().describe(
      "As it was read: if somebody changed it since, the answer is 409 with the present state.",
    ),
  })
  .partial();
export type UpdateConsentSettings = z.infer<typeof UpdateConsentSettings>;
