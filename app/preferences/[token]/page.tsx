import { headers } from "next/headers";
import { NextIntlClientProvider } from "next-intl";
import { getTranslations } from "next-intl/server";
import { NoPreferencePage, PreferencePage } from "@/components/preferences/preference-page";
import { openDatabase } from "@/lib/ctx";
import { AppError } from "@/lib/errors";
import { newId } from "@/lib/ids";
import { openPreferences } from "@/lib/preferences/preferences";
import type { Preferences } from "@/lib/preferences/schema";

export async function generateMetadata() {
  const t = await getTranslations("preferences");
  return {
    title: { absolute: t("title") },
    referrer: "no-referrer" as const,
    robots: { index: false, follow: false, noarchive: true },
  };
}

export default async function PreferencesPage({ params }: { params: Promise<{ token: string }> }) {
  const { token } = await params;
  const opened = await look(token);
  if (typeof opened === "string") return <NoPreferencePage why={opened} />;
  return (
    <NextIntlClientProvider timeZone={opened.timeZone}>
      <PreferencePage token={token} initial={opened} />
    </NextIntlClientProvider>
  );
}

async function look(token: string): Promise<Preferences | "unknown" | "busy"> {
  try {
    const visitor = {
      db: await openDatabase(),
      requestId: newId("req"),
      ip: (await headers()).get("x-real-ip"),
      now: new Date(),
    };
    return await openPreferences(visitor, token);
  } catch (error) {
    if (error instanceof AppError) return error.code === "too_many_attempts" ? "busy" : "unknown";
    throw error;
  }
}
