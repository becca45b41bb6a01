"use client";

import { useEffect, useRef, useState } from "react";
import type { BubbleFile } from "@/components/shared/bubble-file";
import { uploadFile } from "@/lib/http/upload";
import type { MediaFile } from "@/lib/media/schema";
import type { Accepted, SendMessage } from "@/lib/messages/schema";
import { limitOf } from "@/lib/whatsapp/media-types";
import { cutText, MESSAGE_LIMITS, textLength } from "@/lib/whatsapp/text-length";

/** A file on its way to the server. */
export type Attachment = {
  key: number;
  name: string;
  bytes: number;
  /** From 0 to 1. */
  progress: number;
  uploaded: MediaFile | null;
  /** Why it cannot be sent; `limit` when it is larger than WhatsApp takes. */
  error: unknown;
  limit: number | null;
};

export type Attachments = ReturnType<typeof useAttachments>;

/** Files that are being attached: uploaded at once, each on its own. What is larger than WhatsApp takes does not leave the browser. */
export function useAttachments(integrationId: string | undefined, { most }: { most: number }) {
  const [list, setList] = useState<Attachment[]>([]);
  const leaving = useRef(new Map<number, AbortController>());
  const next = useRef(0);
  useEffect(() => {
    const { current } = leaving;
    return () => {
      for (const upload of current.values()) upload.abort();
    };
  }, []);
  const change = (key: number, values: Partial<Attachment>) =>
    setList((all) => all.map((one) => (one.key === key ? { ...one, ...values } : one)));

  async function send(key: number, file: File) {
    const upload = new AbortController();
    leaving.current.set(key, upload);
    try {
      const uploaded = await uploadFile<MediaFile>("/media", file, {
        fields: integrationId ? { integrationId } : {},
        signal: upload.signal,
        onProgress: (progress) => change(key, { progress }),
      });
      change(key, { uploaded, progress: 1 });
    } catch (error) {
      if (!upload.signal.aborted) change(key, { error });
    } finally {
      leaving.current.delete(key);
    }
  }

  function add(files: Iterable<File>) {
    const room = Math.max(0, most - list.length);
    const added = [...files].slice(0, room).map((file) => {
      next.current += 1;
      const limit = limitOf(file.type);
      const one = { key: next.current, name: file.name, bytes: file.size, progress: 0, uploaded: null, error: null };
      return { file, attachment: { ...one, limit: file.size > limit ? limit : null } };
    });
    setList((all) => [...all, ...added.map(({ attachment }) => attachment)]);
    for (const { file, attachment } of added) if (attachment.limit === null) void send(attachment.key, file);
  }

  function remove(key: number) {
    leaving.current.get(key)?.abort();
    setList((all) => all.filter((one) => one.key !== key));
  }

  const ready = list.flatMap(({ uploaded }) => uploaded ?? []);
  return { list, ready, isWhole: ready.length === list.length, add, remove, clear: () => setList([]) };
}

/** As a bubble shows it before it is sent. */
export function shownFile({ id, type, mimeType, bytes }: MediaFile): BubbleFile {
  const address = `/api/v1/media/${id}`;
  return {
    state: "ready",
    src: `${address}/content`,
    mimeType,
    bytes,
    ...(type === "image" && { thumbnail: `${address}/thumbnail` }),
  };
}

type Says = Pick<SendMessage, "message" | "media">;
type AnswerPart = { says: Says; file?: number };

/** Whether a file of this type is sent with words beneath it. */
const takesCaption = (type: MediaFile["type"]): boolean => type !== "audio" && type !== "sticker";

/**
 * The messages that words and files become, in their order: WhatsApp carries one file a message. The words go beneath the first file
 * where it takes some and they are short enough, otherwise before the files as a message of their own.
 */
export function answerParts(text: string, files: readonly Pick<Attachment, "key" | "name" | "uploaded">[]): AnswerPart[] {
  const uploaded = files.flatMap(({ key, name, uploaded: file }) => (file ? [{ key, name, file }] : []));
  const [first] = uploaded;
  const words = text.trim() === "" ? undefined : text;
  const isCaption = words !== undefined && first && takesCaption(first.file.type) && textLength(words) <= MESSAGE_LIMITS.caption;
  const parts: AnswerPart[] = uploaded.map(({ key, name, file: { id, type } }, place) => ({
    says: {
      media: {
        type,
        id,
        ...(isCaption && place === 0 && { caption: words }),
        ...(type === "document" && { filename: cutText(name, MESSAGE_LIMITS.filename) }),
      },
    },
    file: key,
  }));
  return words === undefined || isCaption ? parts : [{ says: { message: words } }, ...parts];
}

type Send = (message: { body: SendMessage; key: string }) => Promise<Accepted>;

/** Sends the parts one after the other. `onSent` hears of each, so that what has gone is not sent again when the next one fails. */
export async function sendParts(
  send: Send,
  to: Omit<SendMessage, "message" | "media">,
  parts: readonly AnswerPart[],
  { key, onSent }: { key: string; onSent: (part: AnswerPart, accepted: Accepted) => void },
): Promise<void> {
  for (const part of parts) onSent(part, await send({ body: { ...to, ...part.says }, key: `${key}-${part.file ?? "text"}` }));
}

/** Whether the words are gone with it. */
export function saysText({ message, media }: Says): boolean {
  return message !== undefined || media?.caption !== undefined;
}
