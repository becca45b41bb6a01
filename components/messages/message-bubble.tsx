"use client";

import { ContentBubble } from "@/components/shared/content-bubble";
import type { Message } from "@/lib/messages/schema";

/** A message as the person sees it, with the ticks of one that we sent. */
export function MessageBubble({ message }: { message: Message }) {
  const at = message.sentAt ?? message.scheduledFor ?? message.createdAt;
  const incoming = message.direction === "incoming";
  return (
    <ContentBubble
      content={message.content}
      direction={incoming ? "in" : "out"}
      at={at}
      status={message.direction === "outgoing" ? message.status : undefined}
    />
  );
}
