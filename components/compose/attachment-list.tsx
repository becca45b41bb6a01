"use client";

import { CircleAlert, FileText, Image as ImageIcon, Mic, Paperclip, Sticker, Video, X } from "lucide-react";
import { useTranslations } from "next-intl";
import { type ReactNode, useRef, useState } from "react";
import { useErrorText } from "@/components/shared/use-error-text";
import { useZone } from "@/components/shared/use-language";
import { Button } from "@/components/ui/button";
import { cn } from "@/components/ui/cn";
import { ApiError } from "@/lib/http/client";
import { formatBytes } from "@/lib/i18n/format";
import { MEDIA_TYPES } from "@/lib/whatsapp/media-types";
import type { Attachment, Attachments } from "./attachments";

/** What the browser offers first; the server judges by content. */
const ACCEPTED = Object.keys(MEDIA_TYPES).join(",");

type AttachButtonProps = {
  attachments: Attachments;
  multiple?: boolean;
  accept?: string;
  size?: "md" | "icon-sm";
  className?: string;
  children?: ReactNode;
};

/** Opens the computer's own choice of files. */
export function AttachButton({ attachments, multiple = true, accept = ACCEPTED, size, className, children }: AttachButtonProps) {
  const t = useTranslations("compose.files");
  const input = useRef<HTMLInputElement>(null);
  return (
    <>
      <Button
        variant={children ? "secondary" : "ghost"}
        size={size}
        className={className}
        aria-label={children ? undefined : t("attach")}
        title={children ? undefined : t("attach")}
        onClick={() => input.current?.click()}
      >
        <Paperclip aria-hidden />
        {children}
      </Button>
      <input
        ref={input}
        type="file"
        hidden
        multiple={multiple}
        accept={accept}
        onChange={(event) => {
          attachments.add(event.target.files ?? []);
          event.target.value = "";
        }}
      />
    </>
  );
}

type DropZoneProps = { attachments: Attachments; className?: string; children: ReactNode };

/** Takes files that are dropped or pasted anywhere within it. */
export function DropZone({ attachments, className, children }: DropZoneProps) {
  const t = useTranslations("compose.files");
  const [depth, setDepth] = useState(0);
  const hasFiles = (types: readonly string[]) => types.includes("Files");
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: the button beside it does the same by keyboard.
    <div
      className={cn("relative", className)}
      onDragEnter={(event) => hasFiles(event.dataTransfer.types) && setDepth((now) => now + 1)}
      onDragLeave={(event) => hasFiles(event.dataTransfer.types) && setDepth((now) => Math.max(0, now - 1))}
      onDragOver={(event) => hasFiles(event.dataTransfer.types) && event.preventDefault()}
      onDrop={(event) => {
        setDepth(0);
        if (!hasFiles(event.dataTransfer.types)) return;
        event.preventDefault();
        attachments.add(event.dataTransfer.files);
      }}
      onPaste={(event) => {
        if (event.clipboardData.files.length === 0) return;
        event.preventDefault();
        attachments.add(event.clipboardData.files);
      }}
    >
      {children}
      {depth > 0 ? (
        <div className="pointer-events-none absolute inset-1 z-10 grid place-items-center rounded-lg border-2 border-accent border-dashed bg-surface/90 font-medium text-accent text-sm">
          {t("drop")}
        </div>
      ) : null}
    </div>
  );
}

const ICONS = { image: ImageIcon, video: Video, audio: Mic, document: FileText, sticker: Sticker };

/** The files that go with the message, each with how far it is or why it cannot. */
export function AttachmentList({ attachments: { list, remove } }: { attachments: Attachments }) {
  const t = useTranslations("compose.files");
  if (list.length === 0) return null;
  return (
    <ul aria-label={t("label")} className="flex flex-wrap gap-2">
      {list.map((one) => (
        <Chip key={one.key} attachment={one} onRemove={() => remove(one.key)} />
      ))}
    </ul>
  );
}

function Chip({ attachment, onRemove }: { attachment: Attachment; onRemove: () => void }) {
  const t = useTranslations("compose.files");
  const { language } = useZone();
  const { name, bytes, progress, uploaded } = attachment;
  const wrong = useProblem()(attachment);
  const Icon = wrong ? CircleAlert : ICONS[uploaded?.type ?? "document"];
  const kinds = useTranslations("shared.bubble");
  return (
    <li
      className={cn(
        "relative grid w-64 max-w-full grid-cols-[auto_minmax(0,1fr)_auto] items-center gap-2 overflow-hidden rounded-md border bg-surface-raised px-2.5 py-1.5",
        wrong && "border-danger",
      )}
    >
      <Icon className={cn("size-4 text-muted", wrong && "text-danger")} aria-hidden />
      <span className="grid min-w-0">
        <span className="truncate text-sm" title={name}>
          {name}
        </span>
        <span className={cn("text-muted text-xs", wrong && "text-danger")} role={wrong ? "alert" : undefined}>
          {wrong ??
            (uploaded
              ? `${kinds(uploaded.type)} · ${formatBytes(bytes, language)}`
              : t("uploading", { percent: Math.floor(progress * 100) }))}
        </span>
      </span>
      <Button variant="ghost" size="icon-sm" aria-label={t("remove", { name })} title={t("remove", { name })} onClick={onRemove}>
        <X aria-hidden />
      </Button>
      {uploaded || wrong ? null : (
        <span
          role="progressbar"
          aria-label={name}
          aria-valuenow={Math.floor(progress * 100)}
          className="absolute bottom-0 left-0 h-0.5 bg-accent transition-[width] motion-reduce:transition-none"
          style={{ width: `${progress * 100}%` }}
        />
      )}
    </li>
  );
}

/** Why a file cannot be sent, in a sentence; null where it can. */
function useProblem(): (attachment: Attachment) => string | null {
  const t = useTranslations("compose.files");
  const { language } = useZone();
  const explain = useErrorText();
  return ({ error, limit }) => {
    if (limit !== null) return t("tooLarge", { limit: formatBytes(limit, language) });
    if (!error) return null;
    if (error instanceof ApiError) {
      const details = (error.details ?? {}) as { limit?: number; verdict?: string };
      if (error.code === "payload_too_large" && details.limit)
        return t("tooLarge", { limit: formatBytes(details.limit, language) });
      if (error.code === "unsupported_media_type") return details.verdict ? t("infected") : t("unknownType");
    }
    const { message, detail } = explain(error);
    return detail ?? message;
  };
}
