import { getTranslations } from "next-intl/server";
import { Compose } from "@/components/compose/compose";
import { PhoneInQuery } from "@/lib/contacts/schema";

export async function generateMetadata() {
  const t = await getTranslations("compose");
  return { title: t("title") };
}

type PageProps = { searchParams: Promise<Record<string, string | string[] | undefined>> };

export default async function ComposePage({ searchParams }: PageProps) {
  const asked = await searchParams;
  const word = (name: string) => [asked[name]].flat()[0] || undefined;
  const to = PhoneInQuery.safeParse(word("to") ?? "").data ?? "";
  const name = word("template");
  return <Compose key={`${to} ${name}`} to={to} template={name ? { name, language: word("language") } : undefined} />;
}
