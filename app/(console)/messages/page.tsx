import { getTranslations } from "next-intl/server";

export async function generateMetadata() {
  const t = await getTranslations("messages");
  return { title: t("title") };
}

export default function MessagesPage() {
  return null;
}
