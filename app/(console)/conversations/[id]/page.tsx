import { notFound, redirect } from "next/navigation";
import { getTranslations } from "next-intl/server";
import { cache } from "react";
import { ConversationView } from "@/components/conversations/conversation-view";
import { pageCtx } from "@/lib/auth/session";
import { getConversation, readConversation } from "@/lib/conversations/conversations";
import { AppError } from "@/lib/errors";
import { ROWS_AT_ONCE } from "@/lib/http/client";
import { formatPhone } from "@/lib/phone";

type PageProps = { params: Promise<{ id: string }> };

/** Read once for the page and its title. */
const read = cache(async (id: string) => {
  const ctx = await pageCtx();
  if (!ctx) redirect("/login");
  const conversation = await getConversation(ctx, id).catch((error: unknown) => {
    if (error instanceof AppError && error.code === "not_found") notFound();
    throw error;
  });
  return { ctx, conversation };
});

export async function generateMetadata({ params }: PageProps) {
  const t = await getTranslations("conversations");
  const { contactName, phoneNumber } = (await read((await params).id)).conversation;
  return { title: contactName ?? (phoneNumber ? formatPhone(phoneNumber) : t("nameless")) };
}

export default async function ConversationPage({ params }: PageProps) {
  const { id } = await params;
  const { ctx, conversation } = await read(id);
  const messages = await readConversation(ctx, id, { limit: ROWS_AT_ONCE });
  return <ConversationView key={id} conversation={conversation} messages={messages} />;
}
