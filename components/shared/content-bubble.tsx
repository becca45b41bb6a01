"use client";

import { useTranslations } from "next-intl";
import type { ComponentProps } from "react";
import type { Language } from "@/lib/i18n/languages";
import type { MessageContent } from "@/lib/whatsapp/content";
import { summaryOf } from "@/lib/whatsapp/content-words";
import type { RenderedTemplate } from "@/lib/whatsapp/template-schema";
import { lineOfItem, linesOfCard } from "./card-lines";
import { useZone } from "./use-language";
import { type BubbleButton, type BubbleHeader, type BubbleMedia, WhatsappBubble } from "./whatsapp-bubble";

type BubbleProps = ComponentProps<typeof WhatsappBubble>;
type Drawn = Pick<BubbleProps, "body" | "note" | "header" | "footer" | "buttons">;
type Words = ReturnType<typeof useTranslations<"shared.bubble">>;

type ContentBubbleProps = Omit<BubbleProps, keyof Drawn> & { content: MessageContent };

/** A message by what it says, in either direction. Needs nothing but the message. */
export function ContentBubble({ content, ...rest }: ContentBubbleProps) {
  const t = useTranslations("shared.bubble");
  const { language } = useZone();
  return <WhatsappBubble {...draw(content, t, language)} {...rest} />;
}

/** What a message says in one line, also where it has no words: for lists and quotes. */
export function useContentLine(): (content: MessageContent) => string {
  const t = useTranslations("shared.bubble");
  return (content) => {
    if (content.type === "reaction") return content.emoji === null ? t("reactionGone") : t("reacted", { emoji: content.emoji });
    const words = summaryOf(content);
    if (words) return words;
    const { body, note, header } = draw(content, t, "en");
    return (typeof note === "string" && note) || header?.text || body || t("noWords");
  };
}

function draw(content: MessageContent, t: Words, language: Language): Drawn {
  const body = summaryOf(content);
  switch (content.type) {
    case "text":
      return { body };
    case "template":
      return drawTemplate(content.rendered);
    case "media": {
      const { kind, voice, caption = "", filename } = content;
      return { header: { type: kind, text: filename ?? t(kind === "audio" && voice ? "voice" : kind) }, body: caption };
    }
    case "interactive":
      return {
        header: content.header === undefined ? undefined : { type: "text", text: content.header },
        body: content.body,
        footer: content.footer,
        buttons: interactiveButtons(content, t),
      };
    case "reply": {
      if (content.to === "call_permission")
        return { body: "", note: t(content.payload === "accept" ? "callAllowed" : "callRefused") };
      if (content.to === "flow") return { body: content.title ?? "", note: t("flowReply") };
      return { body, note: t(content.to === "list" ? "listReply" : "quickReply") };
    }
    case "reaction":
      return content.emoji === null ? { body: "", note: t("reactionGone") } : { body, note: t("reaction") };
    case "location":
      return {
        header: { type: "location", text: content.name },
        body: content.address ?? coordinates(content),
        buttons: mapButton(content, t),
      };
    case "contacts":
      return {
        body: content.cards.map((card) => linesOfCard(card).join("\n")).join("\n\n"),
        note: t("contacts", { count: content.cards.length }),
      };
    case "order":
      return {
        body: [...content.items.map((item) => lineOfItem(item, language)), content.text].filter(Boolean).join("\n"),
        note: t("order", { count: content.items.length }),
      };
    case "edited":
      return { ...(content.content ? draw(content.content, t, language) : { body: "" }), note: t("edited") };
    case "deleted":
      return { body: "", note: t("deleted") };
    case "system":
      return { body: "", note: content.body ?? content.event };
    case "call":
      return { body: "", note: t("call") };
    case "unsupported":
      return { body: "", note: t("unsupported", { type: content.metaType }) };
  }
}

type Place = { latitude: number | null; longitude: number | null };

function coordinates({ latitude, longitude }: Place): string {
  return latitude === null || longitude === null ? "" : `${latitude}, ${longitude}`;
}

/** Nothing is asked of the map before somebody presses it. */
function mapButton({ latitude, longitude }: Place, t: Words): BubbleButton[] {
  if (latitude === null || longitude === null) return [];
  const href = `https://www.openstreetmap.org/?mlat=${latitude}&mlon=${longitude}#map=16/${latitude}/${longitude}`;
  return [{ type: "LOCATION", text: t("openMap"), href }];
}

function interactiveButtons(content: Extract<MessageContent, { type: "interactive" }>, t: Words): BubbleButton[] {
  switch (content.kind) {
    case "buttons":
      return content.buttons.map(({ title }) => ({ text: title }));
    case "list":
      return [{ text: content.button, type: "LIST" }];
    case "cta_url":
      return [{ text: content.button, type: "URL" }];
    case "flow":
      return [{ text: content.button, type: "FLOW" }];
    case "location_request":
      return [{ text: t("locationRequest"), type: "LOCATION" }];
  }
}

const MEDIA: Record<string, BubbleMedia> = { IMAGE: "image", VIDEO: "video", DOCUMENT: "document", LOCATION: "location" };

/** A template with its values filled in. */
export function drawTemplate(shown: RenderedTemplate): Drawn {
  return {
    header: toHeader(shown.header),
    body: [shown.body, ...(shown.cards ?? []).map((card) => card.body)].join("\n\n"),
    footer: shown.footer,
    buttons: shown.buttons.map(({ type, text }) => ({ type, text })),
  };
}

function toHeader(header: RenderedTemplate["header"]): BubbleHeader | undefined {
  if (!header) return undefined;
  const media = MEDIA[header.format];
  if (media) return { type: media };
  return header.text ? { type: "text", text: header.text } : undefined;
}
