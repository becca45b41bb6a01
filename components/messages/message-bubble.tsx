"use client";

import type { ComponentProps } from "react";
import type { BubbleFile } from "@/components/shared/bubble-file";
import { ContentBubble } from "@/components/shared/content-bubble";
import type { Message } from "@/lib/messages/schema";
import { RetryFile } from "./retry-file";

type MessageBubbleProps = { message: Message } & Pick<ComponentProps<typeof ContentBubble>, "label" | "quote" | "reactions"> & {
    /** What it says now, where that is not what it said first. */
    content?: Message["content"];
  };

/** A message as the person sees it, with the ticks of one that we sent. */
export function MessageBubble({ message, content = message.content, ...rest }: MessageBubbleProps) {
  const at = message.sentAt ?? message.scheduledFor ?? message.createdAt;
  const incoming = message.direction === "incoming";
  return (
    <ContentBubble
      content={content}
      file={message.file ? fileOf(message.file) : undefined}
      direction={incoming ? "in" : "out"}
      at={at}
      status={message.direction === "outgoing" ? message.status : undefined}
      {...rest}
    />
  );
}

/** Where our own server hands it out. */
function fileOf({ id, ...facts }: NonNullable<Message["file"]>): BubbleFile {
  const address = `/api/v1/media/${id}`;
  const thumbnail = facts.width === null ? {} : { thumbnail: `${address}/thumbnail` };
  return { ...facts, ...thumbnail, src: `${address}/content`, retry: <RetryFile id={id} /> };
}
