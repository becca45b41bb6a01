import { getTranslations } from "next-intl/server";
import { DeadLink } from "@/components/auth/dead-link";
import { LinkForm } from "@/components/auth/link-form";
import { previewLink } from "@/lib/auth/redeem-link";
import { getSession } from "@/lib/auth/session";
import { openDatabase } from "@/lib/ctx";
import { AppError } from "@/lib/errors";
import { firstOfEach, type SearchParams } from "@/lib/http/search-params";
import type { LinkPreview } from "@/lib/organizations/schema";

export async function generateMetadata() {
  const t = await getTranslations("auth");
  return { title: t("link.title"), referrer: "no-referrer" as const };
}

export default async function LinkPage({ searchParams }: { searchParams: SearchParams }) {
  const { token = "" } = await firstOfEach(searchParams);
  const preview = await look(token);
  if (!preview) return <DeadLink />;
  const session = await getSession();
  return <LinkForm token={token} preview={preview} isSignedIn={session?.user.email === preview.email} />;
}

async function look(token: string): Promise<LinkPreview | null> {
  try {
    return await previewLink({ db: await openDatabase(), now: new Date() }, token);
  } catch (error) {
    if (error instanceof AppError) return null;
    throw error;
  }
}
