import { expect, test } from "vitest";
import { toE164 } from "./phone";
import { currentForm, identityForm } from "./phone-forms";

test.each([
  ["Mexico", "+5215512345678", "+525512345678"],
  ["Brazil, eight digits of a mobile", "+551187654321", "+5511987654321"],
  ["Ecuador", "+59399123456", "+593999123456"],
  ["Côte d'Ivoire, Orange", "+22507123456", "+2250707123456"],
  ["Côte d'Ivoire, Moov", "+22540123456", "+2250140123456"],
  ["Benin", "+22997123456", "+2290197123456"],
  ["Vietnam", "+841691234567", "+84391234567"],
  ["Gabon", "+2417123456", "+24177123456"],
  ["Cameroon", "+23777123456", "+237677123456"],
  ["Kosovo", "+37744123456", "+38344123456"],
])("%s: the writing before the reform becomes the present one, and a person may type either", (_, before, now) => {
  expect(currentForm(before)).toBe(now);
  expect(currentForm(now)).toBe(now);
  expect(toE164(before)).toBe(now);
  expect(toE164(now)).toBe(now);
});

test("Argentina's 9 makes no other person, and stays in the writing that was given", () => {
  expect(identityForm("+5491123456789")).toBe(identityForm("+541123456789"));
  expect(toE164("+54 9 11 2345 6789")).toBe("+5491123456789");
});

test.each([
  ["a landline of Brazil", "+551134567890"],
  ["a mobile of Brazil", "+5511934567890"],
  ["a landline of Mauritius", "+2302012345"],
  ["a number of Türkiye", "+905551234567"],
  ["a number of Vietnam", "+84391234567"],
])("%s stays as it is", (_, number) => {
  expect(identityForm(number)).toBe(number);
});
