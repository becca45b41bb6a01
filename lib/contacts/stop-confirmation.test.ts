import { describe, expect, test } from "vitest";
import { UpdateConsentSettings } from "./settings-schema";
import { confirmationOf } from "./stop-confirmation";
import { spokenWish } from "./stop-words";

const VALUES = { organization: "Çiçek A.Ş.", preferences: "https://example.com/preferences/x" };
const said = { wish: "stop" as const, word: "STOP", personal: null, preferred: ["tr", "en"], texts: {} };

describe("a confirmation", () => {
  test.each([
    ["the person's own language", { personal: "de_AT", word: "DUR" }, /^Sie erhalten keine Nachrichten mehr von Çiçek A\.Ş\./],
    ["the word's", { word: "DUR", preferred: ["en"] }, /^Çiçek A\.Ş\. artık size mesaj göndermeyecek/],
    ["the organization's first, where everybody says the word", { word: "stop!" }, /artık size mesaj göndermeyecek/],
    ["its next, where there is no text in the first", { preferred: ["ru", "fr_CA"] }, /^Vous ne recevrez plus/],
    ["English at last", { personal: "ja", preferred: ["ru"] }, /^You will get no more messages/],
  ])("is in %s", (_, given, expected) => {
    expect(confirmationOf({ ...said, ...given }, VALUES)).toMatch(expected);
  });

  test("says what was withdrawn from", () => {
    expect(confirmationOf({ ...said, wish: "stop_offers", word: "kampanya istemiyorum" }, VALUES)).toMatch(/kampanya mesajı/);
  });

  test("is the organization's own text, filled in, also in a language of its own", () => {
    const texts = { ru: { stop: "Хорошо, {{organization}}: {{ preferences }}" }, tr: { stopOffers: "Yalnız kampanyalar" } };
    expect(confirmationOf({ ...said, personal: "ru", texts }, VALUES)).toBe(
      "Хорошо, Çiçek A.Ş.: https://example.com/preferences/x",
    );
    expect(confirmationOf({ ...said, personal: "tr", texts }, VALUES)).toMatch(/artık size mesaj göndermeyecek/);
  });
});

describe("an organization's own words", () => {
  const own = { stop: ["Yeter artık"], stopOffers: ["indirim yok"], start: ["Geri dön"] };

  test("count beside everybody's, as the whole message, however they are written", () => {
    expect(spokenWish("YETER ARTIK!!", own)).toBe("stop");
    expect(spokenWish("İNDİRİM YOK 🙏", own)).toBe("stop_offers");
    expect(spokenWish("geri  DÖN", own)).toBe("start");
    expect(spokenWish("dur", own)).toBe("stop");
    expect(spokenWish("yeter artık dedim", own)).toBeNull();
    expect(spokenWish("yeter artık")).toBeNull();
  });

  const words = (given: object) =>
    UpdateConsentSettings.safeParse({ words: { stop: [], stopOffers: [], start: [], ...given } }).error?.issues.map(
      ({ path, message }) => [path.join("."), message],
    );
  test.each([
    ["signs alone", { stop: ["!!! 🛑"] }, ["words.stop.0", "Letters or digits are needed: signs alone are not heard"]],
    ["a word that gives", { stop: ["ok", "Başlat"] }, ["words.stop.1", "This word means something else already"]],
    ["a word that stops", { start: ["DUR."] }, ["words.start.0", "This word means something else already"]],
    [
      "one word in two lists",
      { stop: ["Yeter"], start: ["YETER!"] },
      ["words.start.0", "This word means something else already"],
    ],
    ["an empty word", { stopOffers: [" "] }, ["words.stopOffers.0", "Letters or digits are needed: signs alone are not heard"]],
  ])("cannot be %s", (_, given, expected) => {
    expect(words(given)).toEqual([expected]);
  });

  test("may repeat what everybody says", () => {
    expect(words({ stop: ["DUR"], start: ["evet"] })).toBeUndefined();
  });

  test("have no confirmation with variables that nobody fills in", () => {
    const { error } = UpdateConsentSettings.safeParse({ confirmations: { tr: { stop: "Tamam {{ad}}" } } });
    expect(error?.issues[0]?.message).toBe("Only {{organization}} and {{preferences}} can be filled in");
  });
});
