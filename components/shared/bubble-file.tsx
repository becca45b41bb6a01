"use client";

import { CircleAlert, Download, FileText, LoaderCircle, ShieldAlert, Trash2 } from "lucide-react";
import { useTranslations } from "next-intl";
import { type ReactNode, useState } from "react";
import { cn } from "@/components/ui/cn";
import { formatBytes } from "@/lib/i18n/format";
import type { FileState, MediaFailure } from "@/lib/media/words";
import type { MEDIA_KINDS } from "@/lib/whatsapp/media-kinds";
import { useZone } from "./use-language";

type Kind = (typeof MEDIA_KINDS)[number];

export type BubbleFile = {
  state: FileState;
  /** Where its bytes are read. */
  src?: string;
  thumbnail?: string;
  /** By its content. */
  mimeType?: string | null;
  bytes?: number | null;
  width?: number | null;
  height?: number | null;
  failure?: MediaFailure | null;
  verdict?: string | null;
  /** Offers to fetch it again. */
  retry?: ReactNode;
};

type FileProps = { kind: Kind; file: BubbleFile; name: string; isNamed: boolean };

/** The file of a message: shown, played or handed out, or why it is not. What is not what its kind says is only handed out. */
export function BubbleFileView(props: FileProps) {
  const { kind, file } = props;
  const [isBroken, setBroken] = useState(false);
  if (file.state !== "ready" || !file.src || isBroken) return <Absent {...props} isBroken={isBroken} />;
  const isWhatItSays = !file.mimeType || file.mimeType.startsWith(`${kind === "sticker" ? "image" : kind}/`);
  const onError = () => setBroken(true);
  if (!isWhatItSays || kind === "document") return <Document {...props} src={file.src} />;
  if (kind === "image" || kind === "sticker") return <Picture {...props} src={file.src} onError={onError} />;
  if (kind === "video")
    return (
      // biome-ignore lint/a11y/useMediaCaption: nobody writes captions for what people film.
      <video
        controls
        preload="metadata"
        playsInline
        src={file.src}
        aria-label={props.name}
        onError={onError}
        className="mb-1 max-h-80 w-80 max-w-full rounded-[6px] bg-black"
      />
    );
  return (
    // biome-ignore lint/a11y/useMediaCaption: nobody writes captions for what people say.
    <audio
      controls
      preload="metadata"
      src={file.src}
      aria-label={props.name}
      onError={onError}
      className="mb-1 h-10 w-72 max-w-full"
    />
  );
}

function Picture({ kind, file, name, src, onError }: FileProps & { src: string; onError: () => void }) {
  const t = useTranslations("shared.bubble.file");
  const { width, height, thumbnail } = file;
  const isSticker = kind === "sticker";
  const picture = (
    // biome-ignore lint/performance/noImgElement: it is behind a permission, which an image service has not.
    <img
      src={isSticker ? src : (thumbnail ?? src)}
      alt={name}
      loading="lazy"
      decoding="async"
      onError={onError}
      {...(width && height ? { width, height } : {})}
      className={cn(
        "mb-1",
        isSticker ? "size-32 object-contain" : "max-h-80 w-80 max-w-full rounded-[6px] bg-(--whatsapp-media) object-cover",
        !isSticker && !width && "min-h-40",
      )}
    />
  );
  if (isSticker) return picture;
  return (
    <a href={src} target="_blank" rel="noreferrer" title={t("open")} className="block">
      {picture}
    </a>
  );
}

function Document({ file, name, src }: FileProps & { src: string }) {
  const t = useTranslations("shared.bubble.file");
  const { language } = useZone();
  const ending = /\.([a-z\d]{1,5})$/i.exec(name)?.[1] ?? file.mimeType?.split("/")[1]?.slice(0, 5);
  const facts = [ending?.toUpperCase(), file.bytes ? formatBytes(file.bytes, language) : null].filter(Boolean).join(" · ");
  return (
    <a
      href={src}
      download={name}
      title={t("save")}
      className="mb-1 flex min-w-56 items-center gap-2.5 rounded-[6px] bg-(--whatsapp-media) px-3 py-2 hover:brightness-95"
    >
      <FileText className="size-6 shrink-0 text-(--whatsapp-muted)" strokeWidth={1.5} aria-hidden />
      <span className="grid min-w-0 flex-1">
        <span className="truncate text-[13px]">{name}</span>
        {facts ? <span className="text-(--whatsapp-muted) text-[12px] leading-4">{facts}</span> : null}
      </span>
      <Download className="size-4 shrink-0 text-(--whatsapp-muted)" aria-hidden />
    </a>
  );
}

/** Why there is nothing to see, in a box of about the size that the file would have. */
function Absent({ kind, file, name, isNamed, isBroken }: FileProps & { isBroken: boolean }) {
  const t = useTranslations("shared.bubble.file");
  const state = isBroken ? "failed" : file.state;
  const Icon = { ready: FileText, waiting: LoaderCircle, failed: CircleAlert, quarantined: ShieldAlert, removed: Trash2 }[state];
  const says = {
    ready: name,
    waiting: t("waiting"),
    failed: isBroken || !file.failure ? t("unreadable") : t(`failures.${file.failure}`),
    quarantined: t("quarantined"),
    removed: t("removed"),
  }[state];
  const isLow = kind === "document" || kind === "audio";
  return (
    <div
      role={state === "waiting" ? "status" : undefined}
      className={cn(
        "mb-1 flex w-72 max-w-full items-center gap-2.5 rounded-[6px] bg-(--whatsapp-media) px-3 py-2 text-[13px]",
        !isLow && "min-h-28 flex-col justify-center py-4 text-center",
      )}
    >
      <Icon
        className={cn(
          "size-6 shrink-0 text-(--whatsapp-muted)",
          state === "waiting" && "animate-spin motion-reduce:animate-none",
          (state === "failed" || state === "quarantined") && "text-danger",
        )}
        strokeWidth={1.5}
        aria-hidden
      />
      <span className="grid min-w-0 gap-1">
        {isNamed ? <span className="truncate font-medium">{name}</span> : null}
        <span className="text-pretty">{says}</span>
        {state === "quarantined" && file.verdict ? (
          <span className="break-words font-mono text-(--whatsapp-muted) text-[11px]">{file.verdict}</span>
        ) : null}
        {state === "failed" ? file.retry : null}
      </span>
    </div>
  );
}
