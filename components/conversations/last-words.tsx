"use client";

import { useTranslations } from "next-intl";
import { MessageBubble } from "@/components/messages/message-bubble";
import { ErrorNote } from "@/components/shared/error-note";
import { Time } from "@/components/shared/time";
import { Link } from "@/components/ui/link";
import { Skeleton } from "@/components/ui/skeleton";
import { useLabel } from "./label";
import { useLastWords } from "./queries";
import { threadOf } from "./thread";

/** What a person wrote last, oldest first, and the way to the whole conversation. Draws nothing of somebody who never wrote. */
export function LastWords({ contactId, empty = null }: { contactId: string; empty?: React.ReactNode }) {
  const t = useTranslations("conversations.lastWords");
  const labelOf = useLabel();
  const { data, error, isPending, refetch } = useLastWords(contactId);
  if (error) return <ErrorNote error={error} title={t("failed")} onRetry={() => void refetch()} />;
  if (isPending) return <Skeleton className="h-14 w-full" />;
  const items = threadOf(data.data);
  const last = data.data[0];
  if (!last) return empty;
  const conversationId = data.data.find((message) => message.conversationId)?.conversationId;
  return (
    <div className="grid gap-2">
      <ul className="grid gap-2 overflow-hidden rounded-lg border bg-(--whatsapp-wall) px-4 py-3">
        {items.map((item) => (
          <li key={item.message.id}>
            <MessageBubble message={item.message} content={item.content} label={labelOf(item)} reactions={item.reactions} />
          </li>
        ))}
      </ul>
      <p className="flex flex-wrap items-baseline justify-between gap-x-3 text-xs">
        <Time at={last.createdAt} className="text-muted" />
        {conversationId ? (
          <Link href={`/conversations/${conversationId}`} className="text-accent underline-offset-4 hover:underline">
            {t("open")}
          </Link>
        ) : null}
      </p>
    </div>
  );
}
