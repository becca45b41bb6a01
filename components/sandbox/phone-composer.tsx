"use client";

import {
  Contact,
  FileText,
  Image as ImageIcon,
  type LucideIcon,
  MapPin,
  Mic,
  Paperclip,
  Plus,
  SendHorizontal,
  Sticker,
  X,
} from "lucide-react";
import { useTranslations } from "next-intl";
import { type FormEvent, useRef, useState } from "react";
import { useErrorText } from "@/components/shared/use-error-text";
import {
  DropdownMenu,
  DropdownMenuContent,
  DropdownMenuItem,
  DropdownMenuSeparator,
  DropdownMenuTrigger,
} from "@/components/ui/dropdown-menu";
import { toast } from "@/components/ui/toast";
import { uploadFile } from "@/lib/http/upload";
import type { ReplyFromPhone, SandboxFile } from "@/lib/sandbox/schema";

export type Said = Omit<ReplyFromPhone, "from" | "name">;

const SAMPLES: { key: "picture" | "sticker" | "voice" | "receipt"; file: string; type: string; icon: LucideIcon }[] = [
  { key: "picture", file: "picture.jpg", type: "image/jpeg", icon: ImageIcon },
  { key: "sticker", file: "sticker.webp", type: "image/webp", icon: Sticker },
  { key: "voice", file: "voice.ogg", type: "audio/ogg", icon: Mic },
  { key: "receipt", file: "receipt.pdf", type: "application/pdf", icon: FileText },
];
const PLACE = { latitude: 41.0256, longitude: 28.9741, name: "Galata Kulesi", address: "Bereketzade, Beyoğlu/İstanbul" };
const CARD = { name: "Ayşe Yılmaz", phone: "+905321234567" };
const QUICK_ANSWERS = ["hello", "thanks", "stop"] as const;
const MOST_BYTES = 16 * 1024 * 1024;

type ComposerProps = {
  integrationId: string;
  disabled: boolean;
  isOffline: boolean;
  /** What is being answered, in a few words. */
  answering: string | null;
  onLeave: () => void;
  onSend: (said: Said) => void;
};

/** Writes as the customer: words, a sample of every kind, or a file of one's own. */
export function PhoneComposer({ integrationId, disabled, isOffline, answering, onLeave, onSend }: ComposerProps) {
  const t = useTranslations("sandbox.phone");
  const [text, setText] = useState("");
  const { isSending, sendFile } = useFileOfPhone(integrationId, onSend);
  function submit(event: FormEvent) {
    event.preventDefault();
    if (!text.trim() || disabled) return;
    onSend({ text: text.trim() });
    setText("");
  }
  if (isOffline)
    return <p className="shrink-0 border-t bg-surface-raised px-5 pt-3 pb-6 text-center text-muted text-xs">{t("offline")}</p>;
  return (
    <div className="shrink-0 border-t bg-surface-raised px-3 pt-2 pb-4">
      {answering === null ? (
        <div className="mb-2 flex gap-1.5 overflow-x-auto">
          {QUICK_ANSWERS.map((key) => (
            <button
              key={key}
              type="button"
              disabled={disabled}
              onClick={() => onSend({ text: t(`answers.${key}`) })}
              className="h-7 shrink-0 rounded-full border border-border-strong px-2.5 text-xs hover:bg-surface-sunken disabled:opacity-50"
            >
              {t(`answers.${key}`)}
            </button>
          ))}
          {isSending ? (
            <span role="status" className="ml-auto self-center text-muted text-xs">
              {t("sending")}
            </span>
          ) : null}
        </div>
      ) : (
        <p className="mb-2 flex items-center gap-2 rounded-md border-accent border-l-4 bg-surface-sunken px-2 py-1 text-xs">
          <span className="min-w-0 flex-1 truncate">
            {t("answering")} {answering}
          </span>
          <button type="button" onClick={onLeave} aria-label={t("notAnswering")} className="grid size-6 place-items-center">
            <X className="size-3.5" aria-hidden />
          </button>
        </p>
      )}
      <form onSubmit={submit} className="flex items-center gap-2">
        <Attach disabled={disabled || isSending} onSend={onSend} sendFile={sendFile} />
        <input
          value={text}
          onChange={(event) => setText(event.target.value)}
          disabled={disabled}
          maxLength={4096}
          autoComplete="off"
          aria-label={t("write")}
          placeholder={t("write")}
          className="h-10 min-w-0 flex-1 rounded-full border border-border-strong bg-surface px-4 text-sm placeholder:text-muted max-md:text-md"
        />
        <button
          type="submit"
          disabled={disabled || !text.trim()}
          aria-label={t("send")}
          className="grid size-10 shrink-0 place-items-center rounded-full bg-accent text-accent-foreground hover:bg-accent-hover disabled:opacity-50"
        >
          <SendHorizontal className="size-4" aria-hidden />
        </button>
      </form>
    </div>
  );
}

type AttachProps = {
  disabled: boolean;
  onSend: (said: Said) => void;
  sendFile: (file: File, isVoice?: boolean) => Promise<void>;
};

function Attach({ disabled, onSend, sendFile }: AttachProps) {
  const t = useTranslations("sandbox.phone");
  const picker = useRef<HTMLInputElement>(null);
  async function sendSample({ key, file, type }: (typeof SAMPLES)[number]) {
    const response = await fetch(`/samples/${file}`);
    await sendFile(new File([await response.blob()], file, { type }), key === "voice");
  }
  return (
    <>
      <DropdownMenu>
        <DropdownMenuTrigger
          disabled={disabled}
          aria-label={t("attach")}
          title={t("attach")}
          className="grid size-10 shrink-0 place-items-center rounded-full hover:bg-surface-sunken disabled:opacity-50"
        >
          <Plus className="size-5" aria-hidden />
        </DropdownMenuTrigger>
        <DropdownMenuContent side="top" align="start">
          {SAMPLES.map((sample) => (
            <DropdownMenuItem key={sample.key} onSelect={() => void sendSample(sample)}>
              <sample.icon aria-hidden />
              {t(`attachments.${sample.key}`)}
            </DropdownMenuItem>
          ))}
          <DropdownMenuItem onSelect={() => onSend({ location: PLACE })}>
            <MapPin aria-hidden />
            {t("attachments.place")}
          </DropdownMenuItem>
          <DropdownMenuItem onSelect={() => onSend({ contact: CARD })}>
            <Contact aria-hidden />
            {t("attachments.contact")}
          </DropdownMenuItem>
          <DropdownMenuSeparator />
          <DropdownMenuItem onSelect={() => picker.current?.click()}>
            <Paperclip aria-hidden />
            {t("attachments.file")}
          </DropdownMenuItem>
        </DropdownMenuContent>
      </DropdownMenu>
      <input
        ref={picker}
        type="file"
        hidden
        onChange={(event) => {
          const file = event.target.files?.[0];
          event.target.value = "";
          if (file) void sendFile(file);
        }}
      />
    </>
  );
}

function useFileOfPhone(integrationId: string, onSend: (said: Said) => void) {
  const t = useTranslations("sandbox.phone");
  const explain = useErrorText();
  const [isSending, setSending] = useState(false);
  async function sendFile(file: File, isVoice = false) {
    if (file.size > MOST_BYTES) return void toast.error(t("notSent"), { description: t("tooLarge") });
    setSending(true);
    try {
      const { id } = await uploadFile<SandboxFile>(`/sandbox/${integrationId}/files`, file);
      onSend({ media: { id, ...(isVoice && { voice: true }) } });
    } catch (failure) {
      toast.error(t("notSent"), { description: explain(failure).message });
    } finally {
      setSending(false);
    }
  }
  return { isSending, sendFile };
}
