"use client";

import { Gift } from "lucide-react";
import { useTranslations } from "next-intl";
import type { ComponentProps, ReactNode } from "react";
import { formatDateTime } from "@/lib/i18n/format";
import type { Language } from "@/lib/i18n/languages";
import type { MessageContent } from "@/lib/whatsapp/content";
import { summaryOf } from "@/lib/whatsapp/content-words";
import type { RenderedTemplate } from "@/lib/whatsapp/template-schema";
import type { BubbleFile } from "./bubble-file";
import { lineOfItem, linesOfCard } from "./card-lines";
import { useZone } from "./use-language";
import { type BubbleButton, type BubbleHeader, type BubbleMedia, WhatsappBubble } from "./whatsapp-bubble";

type BubbleProps = ComponentProps<typeof WhatsappBubble>;
type Drawn = Pick<BubbleProps, "body" | "note" | "header" | "footer" | "buttons">;
type Words = ReturnType<typeof useTranslations<"shared.bubble">>;

type ContentBubbleProps = Omit<BubbleProps, keyof Drawn> & {
  content: MessageContent;
  /** How it stands with the file that it carries. */
  file?: BubbleFile;
};

/** A message by what it says, in either direction. Needs nothing but the message. */
export function ContentBubble({ content, file, ...rest }: ContentBubbleProps) {
  const t = useTranslations("shared.bubble");
  const { language } = useZone();
  const bubble = <WhatsappBubble {...withFile(draw(content, t, language), file)} {...rest} />;
  const cards = content.type === "template" ? content.rendered.cards : undefined;
  return cards ? <WithCards cards={cards}>{bubble}</WithCards> : bubble;
}

function withFile(drawn: Drawn, file: BubbleFile | undefined): Drawn {
  const { header } = drawn;
  return header && header.type !== "text" && file ? { ...drawn, header: { ...header, file } } : drawn;
}

type TemplateBubbleProps = Omit<BubbleProps, keyof Drawn> & {
  rendered: RenderedTemplate;
  /** The file of the header, and of each card's, where it can be shown. */
  files?: { header?: string | undefined; cards?: readonly (string | undefined)[] };
  /** The header's, where it is ours. */
  file?: BubbleFile | undefined;
};

/** A template with its values filled in. */
export function TemplateBubble({ rendered, files, file, ...rest }: TemplateBubbleProps) {
  const t = useTranslations("shared.bubble");
  const bubble = <WhatsappBubble {...withFile(drawTemplate(rendered, t, files?.header), file)} {...rest} />;
  return rendered.cards ? (
    <WithCards cards={rendered.cards} files={files?.cards}>
      {bubble}
    </WithCards>
  ) : (
    bubble
  );
}

type WithCardsProps = {
  cards: NonNullable<RenderedTemplate["cards"]>;
  files?: readonly (string | undefined)[] | undefined;
  children: ReactNode;
};

/** A carousel's cards under its message, swiped sideways. */
function WithCards({ cards, files, children }: WithCardsProps) {
  const t = useTranslations("shared.bubble");
  return (
    <div className="grid gap-1">
      {children}
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reached by the keyboard. */}
      <ul aria-label={t("cards", { count: cards.length })} tabIndex={0} className="flex snap-x gap-2 overflow-x-auto pb-1">
        {cards.map((card, index) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: cards have no other identity than their place.
          <li key={index} className="w-56 shrink-0 snap-start [&>div>div]:w-full [&>div>div]:max-w-full">
            <WhatsappBubble {...drawTemplate(card, t, files?.[index])} hasTail={false} className="h-full" />
          </li>
        ))}
      </ul>
    </div>
  );
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
      return drawTemplate(content.rendered, t);
    case "media": {
      const { kind, voice, caption = "", filename } = content;
      const header = { type: kind, text: filename ?? t(kind === "audio" && voice ? "voice" : kind), name: filename };
      return { header, body: caption };
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

/** More buttons than these are behind one that opens them. */
const BUTTONS_SHOWN = 3;

function drawTemplate(shown: Omit<RenderedTemplate, "cards">, t: Words, file?: string): Drawn {
  const buttons = shown.buttons.map(({ type, text }) => ({ type, text: text || (type === "COPY_CODE" ? t("copyCode") : "…") }));
  const isTooMany = buttons.length > BUTTONS_SHOWN;
  return {
    header: toHeader(shown.header, file),
    body: shown.body,
    footer: shown.footer,
    ...(shown.offer && { note: <Offer {...shown.offer} /> }),
    buttons: isTooMany
      ? [...buttons.slice(0, BUTTONS_SHOWN - 1), { type: "LIST", text: t("allOptions", { count: buttons.length }) }]
      : buttons,
  };
}

function Offer({ text, expiresAt }: NonNullable<RenderedTemplate["offer"]>) {
  const t = useTranslations("shared.bubble");
  return (
    <span className="my-0.5 flex items-center gap-2 rounded-[6px] bg-(--whatsapp-media) px-2 py-1.5">
      <Gift className="size-5 shrink-0" strokeWidth={1.5} aria-hidden />
      <span className="grid">
        <span className="font-semibold text-(--whatsapp-text) text-[14.2px]">{text}</span>
        <span>{expiresAt ? <Until at={expiresAt} /> : t("offer")}</span>
      </span>
    </span>
  );
}

function Until({ at }: { at: string }) {
  const t = useTranslations("shared.bubble");
  return t("offerUntil", { at: formatDateTime(new Date(at), useZone()) });
}

function toHeader(header: RenderedTemplate["header"], file?: string): BubbleHeader | undefined {
  if (!header) return undefined;
  const media = MEDIA[header.format];
  if (media) return { type: media, url: file };
  return header.text ? { type: "text", text: header.text } : undefined;
}
