"use client";

import {
  Ban,
  CalendarClock,
  Check,
  CheckCheck,
  CircleAlert,
  CircleHelp,
  Clock,
  Copy,
  CornerUpLeft,
  ExternalLink,
  FileText,
  Image as ImageIcon,
  List,
  type LucideIcon,
  MapPin,
  Mic,
  Phone as PhoneIcon,
  Sticker,
  Video,
  Workflow,
} from "lucide-react";
import { useTranslations } from "next-intl";
import type { ReactNode } from "react";
import { cn } from "@/components/ui/cn";
import { formatClock } from "@/lib/i18n/format";
import { type BubbleFile, BubbleFileView } from "./bubble-file";
import { useStatusLabel } from "./status-badge";
import { useZone } from "./use-language";
import { WhatsappLine, WhatsappText } from "./whatsapp-formatted";

export type BubbleHeader =
  | { type: "text"; text: string }
  | { type: BubbleMedia; url?: string; text?: string; name?: string; file?: BubbleFile };
export type BubbleMedia = "image" | "video" | "audio" | "document" | "sticker" | "location";
export type BubbleButton = { type?: string; text: string; onPress?: () => void; href?: string };

type WhatsappBubbleProps = {
  body: string;
  /** Where it comes from, above everything: "Forwarded". */
  label?: ReactNode;
  /** A part of the message that it answers. */
  quote?: ReactNode;
  /** What was put on it: emojis on its lower edge. */
  reactions?: readonly string[];
  /** What it is, where it has no words of its own. */
  note?: ReactNode;
  header?: BubbleHeader;
  footer?: string;
  buttons?: readonly BubbleButton[];
  /** `out` is from the business (green); on the virtual phone, where the customer holds it, turn it round. */
  direction?: "in" | "out";
  /** Draws the tick of an outgoing message; see the states of a message. */
  status?: string;
  at?: string | Date | null;
  /** False for a card under a message. */
  hasTail?: boolean;
  className?: string;
};

/** A message as WhatsApp draws it. */
export function WhatsappBubble({
  body,
  label,
  quote,
  reactions = [],
  note,
  header,
  footer,
  buttons,
  direction = "out",
  status,
  at,
  hasTail = true,
  className,
}: WhatsappBubbleProps) {
  const t = useTranslations("shared.bubble");
  const out = direction === "out";
  const hasMeta = Boolean(at || (out && status));
  return (
    <div className={cn("flex w-full flex-col text-[14.2px] leading-[19px]", out ? "items-end" : "items-start", className)}>
      <div
        className={cn(
          "relative w-fit min-w-24 max-w-[min(22rem,88%)] rounded-[8px] p-1 text-(--whatsapp-text) shadow-[0_1px_0.5px_rgb(11_20_26/0.13)]",
          out ? "bg-(--whatsapp-out)" : "bg-(--whatsapp-in)",
          hasTail && (out ? "rounded-tr-none" : "rounded-tl-none"),
        )}
      >
        {hasTail ? <Tail out={out} /> : null}
        {label ? <p className="px-1.5 pt-0.5 text-(--whatsapp-muted) text-[12.5px]">{label}</p> : null}
        {quote}
        {header ? <Header header={header} /> : null}
        <div className="px-1.5 pt-0.5 pb-1">
          <div className="whitespace-pre-wrap break-words">
            {note ? <span className={cn("text-(--whatsapp-muted)", body && "mb-0.5 block text-[12.5px]")}>{note}</span> : null}
            {body ? <WhatsappText text={body} /> : null}
            {body || note || header ? null : <span className="text-(--whatsapp-muted)">{t("empty")}</span>}
            {footer || !hasMeta ? null : <Spacer wide={out} />}
          </div>
          {footer ? (
            <p className="mt-1 break-words text-(--whatsapp-muted) text-[12.5px] leading-4">
              {footer}
              {hasMeta ? <Spacer wide={out} /> : null}
            </p>
          ) : null}
          <Meta at={at} status={out ? status : undefined} />
        </div>
        {buttons && buttons.length > 0 ? <Buttons buttons={buttons} /> : null}
      </div>
      {reactions.length > 0 ? <Reactions reactions={reactions} /> : null}
    </div>
  );
}

function Reactions({ reactions }: { reactions: readonly string[] }) {
  const t = useTranslations("shared.bubble");
  return (
    <span className="-mt-1.5 relative z-10 mx-2 flex h-6 items-center gap-0.5 rounded-full border border-(--whatsapp-line) bg-(--whatsapp-in) px-1.5 text-[13px]">
      <span className="sr-only">{t("reactions")}</span>
      {[...new Set(reactions)].join(" ")}
    </span>
  );
}

/** The wall behind the bubbles; a fixed picture, so it is drawn with the page and not fetched. */
export function WhatsappWall({ children, className }: { children: ReactNode; className?: string }) {
  return (
    <div
      className={cn(
        "grid content-start gap-2 overflow-hidden rounded-lg border bg-(--whatsapp-wall) bg-[radial-gradient(var(--whatsapp-line)_1px,transparent_1px)] bg-size-[18px_18px] p-4",
        className,
      )}
    >
      {children}
    </div>
  );
}

function Tail({ out }: { out: boolean }) {
  return (
    <svg
      aria-hidden="true"
      viewBox="0 0 8 13"
      className={cn(
        "absolute top-0 h-[13px] w-2",
        out ? "-right-2 text-(--whatsapp-out)" : "-left-2 -scale-x-100 text-(--whatsapp-in)",
      )}
    >
      <path fill="currentColor" d="M5.19 0H0v11.19l6.47-8.63C7.53 1.16 6.96 0 5.19 0z" />
    </svg>
  );
}

const MEDIA: Record<BubbleMedia, LucideIcon> = {
  image: ImageIcon,
  video: Video,
  audio: Mic,
  document: FileText,
  sticker: Sticker,
  location: MapPin,
};

function Header({ header }: { header: BubbleHeader }) {
  const t = useTranslations("shared.bubble");
  if (header.type === "text") {
    return (
      <p className="break-words px-1.5 pt-1 font-semibold text-[15px]">
        <WhatsappLine text={header.text} />
      </p>
    );
  }
  if (header.file && header.type !== "location") {
    const { type: kind, file, text, name } = header;
    return <BubbleFileView kind={kind} file={file} name={name ?? text ?? t(kind)} isNamed={name !== undefined} />;
  }
  if (header.type === "image" && header.url) {
    return (
      // biome-ignore lint/performance/noImgElement: the picture lives at an address of the sender's choosing.
      <img src={header.url} alt={header.text ?? t("image")} className="mb-1 aspect-[1.91] w-full rounded-[6px] object-cover" />
    );
  }
  const Icon = MEDIA[header.type];
  return (
    <div
      className={cn(
        "mb-1 flex items-center justify-center gap-2 rounded-[6px] bg-(--whatsapp-media) px-3 text-(--whatsapp-muted)",
        header.type === "document" || header.type === "audio" ? "h-12 justify-start" : "aspect-[1.91] min-w-52 flex-col",
      )}
    >
      <Icon className="size-6 shrink-0" strokeWidth={1.5} aria-hidden />
      <span className="truncate text-[13px]">{header.text ?? t(header.type)}</span>
    </div>
  );
}

/** Keeps the last line of text clear of the time, which lies in the corner. */
function Spacer({ wide }: { wide: boolean }) {
  return <span aria-hidden className={cn("inline-block h-1", wide ? "w-16" : "w-11")} />;
}

const TICKS: Record<string, { icon: LucideIcon; className?: string }> = {
  queued: { icon: Clock },
  sending: { icon: Clock },
  scheduled: { icon: CalendarClock },
  sent: { icon: Check },
  delivered: { icon: CheckCheck },
  read: { icon: CheckCheck, className: "text-(--whatsapp-tick)" },
  failed: { icon: CircleAlert, className: "text-danger" },
  unknown: { icon: CircleHelp },
  cancelled: { icon: Ban },
};

function Meta({ at, status }: { at?: string | Date | null; status?: string }) {
  const zone = useZone();
  const label = useStatusLabel("message");
  const tick = status ? TICKS[status] : undefined;
  if (!at && !tick) return null;
  const Icon = tick?.icon;
  return (
    <span className="-mt-[13px] relative float-right flex h-[15px] items-center gap-1 text-(--whatsapp-muted) text-[11px]">
      {at ? <time dateTime={new Date(at).toISOString()}>{formatClock(new Date(at), zone)}</time> : null}
      {Icon && status ? (
        <span title={label(status)} className={tick?.className}>
          <Icon className="size-[15px]" strokeWidth={2} aria-hidden />
          <span className="sr-only">{label(status)}</span>
        </span>
      ) : null}
    </span>
  );
}

const BUTTON_ICONS: Record<string, LucideIcon> = {
  URL: ExternalLink,
  PHONE_NUMBER: PhoneIcon,
  COPY_CODE: Copy,
  OTP: Copy,
  QUICK_REPLY: CornerUpLeft,
  FLOW: Workflow,
  LIST: List,
  LOCATION: MapPin,
};

function Buttons({ buttons }: { buttons: readonly BubbleButton[] }) {
  return (
    <div className="-mx-1 -mb-1 clear-both mt-1">
      {buttons.map((button, index) => {
        const Icon = BUTTON_ICONS[button.type ?? "QUICK_REPLY"] ?? CornerUpLeft;
        const look =
          "flex h-10 w-full items-center justify-center gap-2 border-(--whatsapp-line) border-t px-3 font-medium text-(--whatsapp-link)";
        const inside = (
          <>
            <Icon className="size-4 shrink-0" aria-hidden />
            <span className="truncate">{button.text}</span>
          </>
        );
        const key = `${index}:${button.text}`;
        if (button.href) {
          return (
            <a
              key={key}
              href={button.href}
              target="_blank"
              rel="noreferrer noopener"
              className={cn(look, "hover:bg-(--whatsapp-media)")}
            >
              {inside}
            </a>
          );
        }
        return button.onPress ? (
          <button key={key} type="button" onClick={button.onPress} className={cn(look, "hover:bg-(--whatsapp-media)")}>
            {inside}
          </button>
        ) : (
          <div key={key} className={look}>
            {inside}
          </div>
        );
      })}
    </div>
  );
}
