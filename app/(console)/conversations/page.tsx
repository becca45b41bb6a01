import { getTranslations } from "next-intl/server";
import { NoConversation } from "@/components/conversations/inbox";

export async function generateMetadata() {
  const t = await getTranslations("conversations");
  return { title: t("title") };
}

export default function InboxPage() {
  return <NoConversation />;
}
