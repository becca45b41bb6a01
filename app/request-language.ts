import "server-only";
import { cookies, headers } from "next/headers";
import { getRequestConfig } from "next-intl/server";
import { getSession } from "@/lib/auth/session";
import { loadMessages } from "@/lib/i18n/catalogue";
import { isLanguage, LANGUAGE_COOKIE, type Language, languageFromHeader } from "@/lib/i18n/languages";

export default getRequestConfig(async () => {
  // Without a database there is still a language to say so in.
  const session = await getSession().catch(() => null);
  const locale = await chooseLanguage(session?.user.language);
  return {
    locale,
    messages: await loadMessages(locale),
    timeZone: session?.organization.timeZone ?? "UTC",
    now: new Date(),
  };
});

/** The person's own choice, else what their profile says, else the browser's wish, else English. */
async function chooseLanguage(ofUser: string | null | undefined): Promise<Language> {
  const chosen = (await cookies()).get(LANGUAGE_COOKIE)?.value;
  if (isLanguage(chosen)) return chosen;
  if (isLanguage(ofUser)) return ofUser;
  return languageFromHeader((await headers()).get("accept-language")) ?? "en";
}
