import { notFound, redirect } from "next/navigation";
import { getTranslations } from "next-intl/server";
import { MessagePanel } from "@/components/messages/message-panel";
import { pageCtx } from "@/lib/auth/session";
import { AppError } from "@/lib/errors";
import { getMessage } from "@/lib/messages/messages";

type PageProps = { params: Promise<{ id: string }> };

export async function generateMetadata() {
  const t = await getTranslations("messages");
  return { title: t("one") };
}

export default async function MessagePage({ params }: PageProps) {
  const ctx = await pageCtx();
  if (!ctx) redirect("/login");
  const { id } = await params;
  const message = await getMessage(ctx, id).catch((error: unknown) => {
    if (error instanceof AppError && error.code === "not_found") notFound();
    throw error;
  });
  return <MessagePanel key={id} id={id} message={message} />;
}
