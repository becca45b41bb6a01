"use client";

import { MessagesSquare } from "lucide-react";
import { useSelectedLayoutSegment } from "next/navigation";
import { useTranslations } from "next-intl";
import type { ReactNode } from "react";
import { EmptyState } from "@/components/shared/empty-state";
import { cn } from "@/components/ui/cn";
import type { Conversation } from "@/lib/conversations/schema";
import type { Page } from "@/lib/http/paging";
import { ConversationList } from "./conversation-list";
import { useUnreadCount } from "./queries";
import { openNeighbour, useInboxKeys } from "./use-inbox-keys";
import { useTitleBadge } from "./use-title-badge";

/** The height between the header and, on a phone, the bar. */
const FRAME =
  "-mx-4 -mt-5 -mb-24 md:-mx-6 md:-mt-6 md:-mb-16 h-[calc(100dvh-3rem)] max-md:h-[calc(100dvh-6.5rem-env(safe-area-inset-bottom))]";

/** Conversations, and the chosen one beside them; on a phone either of the two. */
export function Inbox({ firstPage, children }: { firstPage: Page<Conversation>; children: ReactNode }) {
  const openId = useSelectedLayoutSegment();
  useTitleBadge(useUnreadCount());
  useInboxKeys({ j: () => openNeighbour(1), k: () => openNeighbour(-1) });
  return (
    <div className={cn("grid bg-surface-raised md:grid-cols-[minmax(16rem,22rem)_minmax(0,1fr)] xl:border-x", FRAME)}>
      <div className={cn("min-h-0 min-w-0 border-r", openId && "max-md:hidden")}>
        <ConversationList firstPage={firstPage} openId={openId} />
      </div>
      <div className={cn("min-h-0 min-w-0", !openId && "max-md:hidden")}>{children}</div>
    </div>
  );
}

export function NoConversation() {
  const t = useTranslations("conversations.choose");
  return (
    <div className="grid h-full place-items-center">
      <EmptyState icon={MessagesSquare} title={t("title")} description={t("description")} />
    </div>
  );
}
