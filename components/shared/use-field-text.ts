"use client";

import { useTranslations } from "next-intl";
import type { FieldError } from "react-hook-form";

/** The schemas' own sentences, which stand in English in lib, and the key of each in the catalogue. */
const SENTENCES: Record<string, string> = {
  "Give a name": "name",
  "Give your name": "name",
  "Not an e-mail address": "email",
  "At least 10 characters": "password",
  "Choose a password": "passwordMissing",
  "Give your current password": "presentPassword",
  "This is not your current password": "wrongPassword",
  "The e-mail address or the password is wrong": "wrongCredentials",
  "This address has an account here already": "accountExists",
  "This code is wrong, or was used already": "wrongCode",
  "Six digits, or a recovery code": "code",
  "Choose at least one scope": "scopes",
  "The access token is missing": "accessToken",
  "An access token has no spaces": "accessTokenSpaces",
  "An id of Meta's has letters, digits, - and _ only": "metaId",
  "The phone number id is missing": "phoneNumberId",
  "The WhatsApp Business Account id is missing": "businessAccountId",
  "Already connected": "alreadyConnected",
  "Must be the same as config.phoneNumberId, or be left out": "phoneNumberIdDiffers",
  "The end must differ from the start; write midnight as 24:00": "spanEnd",
  "Spans of a day must not overlap": "spanOverlap",
  "Write the time as HH:MM, 00:00 to 24:00": "time",
  "Not a time zone of the IANA database, such as Europe/Istanbul": "timeZone",
  "Two capital letters, such as TR": "country",
  "A language such as tr or en_US": "language",
  "Say where the consent comes from": "consentSource",
  "Letters or digits are needed: signs alone are not heard": "wordWithoutLetters",
  "Only {{name}}, {{organization}}, {{agent}} and {{preferences}} can be filled in": "replyVariables",
  "This word means something else already": "wordTaken",
  "Only {{organization}} and {{preferences}} can be filled in": "confirmationVariables",
};

type Problem = Pick<FieldError, "type" | "message"> | undefined;

/** What is wrong with a field, in the person's language; a sentence that is not known here is shown as it stands. */
export function useFieldText(): (error: Problem) => string | undefined {
  const t = useTranslations("fields");
  return (error) => {
    if (!error) return undefined;
    const key = SENTENCES[error.message ?? ""] ?? `type_${String(error.type)}`;
    if (t.has(key as never)) return t(key as never);
    return error.message || t("invalid");
  };
}
