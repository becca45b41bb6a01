"use client";

import { BatteryFull, PlaneTakeoff, SendHorizontal, Signal, Wifi } from "lucide-react";
import { useTranslations } from "next-intl";
import { type FormEvent, useEffect, useRef, useState } from "react";
import { ErrorNote } from "@/components/shared/error-note";
import { StatusBadge } from "@/components/shared/status-badge";
import { Time, useClock } from "@/components/shared/time";
import { useErrorText } from "@/components/shared/use-error-text";
import { useZone } from "@/components/shared/use-language";
import { type BubbleButton, type BubbleHeader, WhatsappBubble } from "@/components/shared/whatsapp-bubble";
import { useCan } from "@/components/shell/session";
import { Avatar } from "@/components/ui/avatar";
import { cn } from "@/components/ui/cn";
import { Skeleton } from "@/components/ui/skeleton";
import { toast } from "@/components/ui/toast";
import { formatClock, formatDate, isSameDay } from "@/lib/i18n/format";
import { formatPhone } from "@/lib/phone-format";
import type { SandboxButton, SandboxChat, SandboxMessage } from "@/lib/sandbox/schema";
import { useChat, useReply } from "./queries";

/** One customer's phone with its chat with the business; what is written here arrives by webhook, as from Meta. */
export function VirtualPhone({ integrationId, phone }: { integrationId: string; phone: string }) {
  const t = useTranslations("sandbox.phone");
  const { data: chat, error, refetch } = useChat(integrationId, phone);
  const reply = useReply(integrationId);
  const explain = useErrorText();
  const can = useCan();
  const canWrite = can("sandbox:write") && chat?.online === true;

  function answer(body: { text: string } | { messageId: string; buttonPayload: string }) {
    reply.mutate(
      { from: phone, ...body },
      { onError: (failure) => toast.error(t("notSent"), { description: explain(failure).detail ?? explain(failure).message }) },
    );
  }

  return (
    <section
      aria-label={t("label", { phone: formatPhone(phone) })}
      className="mx-auto flex h-[min(46rem,calc(100dvh-7rem))] w-full max-w-sm flex-col overflow-hidden rounded-[2.5rem] border-[10px] border-[#1d2422] bg-(--whatsapp-wall) dark:border-[#333d39]"
    >
      <StatusBar online={chat?.online ?? true} />
      <Head chat={chat} />
      <Chat
        chat={chat}
        failure={error ? <ErrorNote error={error} title={t("failed")} onRetry={() => void refetch()} /> : null}
        onPress={canWrite ? (message, payload) => answer({ messageId: message.id, buttonPayload: payload }) : undefined}
      />
      <Composer disabled={!canWrite} isOffline={chat?.online === false} onSend={(text) => answer({ text })} />
    </section>
  );
}

function StatusBar({ online }: { online: boolean }) {
  const t = useTranslations("sandbox.phone");
  const zone = useZone();
  const now = useClock();
  return (
    <div className="flex h-7 shrink-0 items-center justify-between bg-surface-raised px-6 pt-1 font-medium text-xs">
      <span className="tabular-nums">{formatClock(now, zone)}</span>
      <span className="flex items-center gap-1 [&_svg]:size-3.5">
        {online ? (
          <>
            <Signal aria-hidden />
            <Wifi aria-hidden />
          </>
        ) : (
          <PlaneTakeoff aria-label={t("airplane")} />
        )}
        <BatteryFull aria-hidden />
      </span>
    </div>
  );
}

function Head({ chat }: { chat: SandboxChat | undefined }) {
  return (
    <div className="flex h-13 shrink-0 items-center gap-3 border-b bg-surface-raised px-4">
      {chat ? (
        <>
          <Avatar name={chat.businessName} />
          <div className="grid min-w-0">
            <h2 className="truncate font-medium text-sm">{chat.businessName}</h2>
            <p className="truncate text-muted text-xs tabular-nums">{formatPhone(chat.businessPhone)}</p>
          </div>
        </>
      ) : (
        <>
          <Skeleton className="size-6 rounded-full" />
          <Skeleton className="h-4 w-36" />
        </>
      )}
    </div>
  );
}

type ChatProps = {
  chat: SandboxChat | undefined;
  failure: React.ReactNode;
  onPress: ((message: SandboxMessage, payload: string) => void) | undefined;
};

function Chat({ chat, failure, onPress }: ChatProps) {
  const t = useTranslations("sandbox.phone");
  const zone = useZone();
  const log = useRef<HTMLDivElement>(null);
  const messages = chat?.messages ?? [];
  const last = messages.at(-1)?.id;
  useEffect(() => {
    const element = log.current;
    if (last && element) element.scrollTop = element.scrollHeight;
  }, [last]);
  return (
    <div
      ref={log}
      role="log"
      // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard.
      tabIndex={0}
      aria-label={t("messages")}
      className="flex min-h-0 flex-1 flex-col gap-2 overflow-y-auto bg-[radial-gradient(var(--whatsapp-line)_1px,transparent_1px)] bg-size-[18px_18px] px-4 py-3 focus-visible:-outline-offset-4"
    >
      {failure}
      {chat && messages.length === 0 ? (
        <p className="m-auto max-w-[28ch] rounded-lg bg-(--whatsapp-in) px-3 py-2 text-center text-(--whatsapp-muted) text-xs">
          {t("empty")}
        </p>
      ) : null}
      {messages.map((message, index) => {
        const before = messages[index - 1];
        const isNewDay = !before || !isSameDay(new Date(before.at), new Date(message.at), zone);
        return (
          <div key={message.id} className="grid gap-2">
            {isNewDay ? (
              <p className="mx-auto w-fit rounded-md bg-(--whatsapp-in) px-2 py-0.5 text-(--whatsapp-muted) text-xs">
                {formatDate(new Date(message.at), zone)}
              </p>
            ) : null}
            <Bubble message={message} onPress={onPress} />
          </div>
        );
      })}
    </div>
  );
}

type BubbleProps = { message: SandboxMessage; onPress: ChatProps["onPress"] };

/** On the customer's phone their own messages are on the right and have the ticks. */
function Bubble({ message, onPress }: BubbleProps) {
  const { content, direction, status } = message;
  const mine = direction === "customer";
  const hasArrived = mine || status === "delivered" || status === "read";
  return (
    <div className="grid gap-0.5">
      <WhatsappBubble
        direction={mine ? "out" : "in"}
        header={toHeader(content.header)}
        body={content.body}
        footer={content.footer}
        buttons={content.buttons?.map((button) =>
          toButton(button, hasArrived && onPress ? () => onPress(message, button.payload ?? "") : undefined),
        )}
        at={message.deliveredAt ?? message.at}
        status={mine ? (status === "accepted" ? "sent" : status) : undefined}
        // What has not arrived is not on the phone yet: outlined, as legible as the rest.
        className={cn(!hasArrived && "outline-(--whatsapp-muted) outline-1 outline-dashed")}
      />
      {mine ? null : <Fate message={message} />}
    </div>
  );
}

/** What the business is told about its message: the ticks that it sees. */
function Fate({ message }: { message: SandboxMessage }) {
  const t = useTranslations("sandbox.phone");
  const { status, errorCode } = message;
  const at = {
    accepted: message.at,
    sent: message.sentAt,
    delivered: message.deliveredAt,
    read: message.readAt,
    failed: message.at,
  }[status];
  return (
    <p className="flex w-fit items-center gap-1.5 rounded-sm bg-surface-raised/85 px-1.5 py-0.5 text-muted text-xs">
      <StatusBadge kind="message" status={status === "accepted" ? "sending" : status} plain>
        {status === "accepted" ? t("onItsWay") : undefined}
      </StatusBadge>
      {errorCode === null ? null : <span className="font-mono">{errorCode}</span>}
      <Time at={at} format="clock" />
    </p>
  );
}

function toHeader(header: SandboxMessage["content"]["header"]): BubbleHeader | undefined {
  if (!header) return undefined;
  if (header.kind === "text") return header.text ? { type: "text", text: header.text } : undefined;
  return { type: header.kind, text: header.text };
}

const BUTTON_TYPES: Record<SandboxButton["kind"], string> = {
  reply: "QUICK_REPLY",
  url: "URL",
  call: "PHONE_NUMBER",
  copy: "COPY_CODE",
  list: "LIST",
  other: "OTHER",
};

function toButton(button: SandboxButton, press: (() => void) | undefined): BubbleButton {
  return { type: BUTTON_TYPES[button.kind], text: button.text, onPress: actOf(button, press) };
}

function actOf({ kind, target, payload }: SandboxButton, press: (() => void) | undefined): (() => void) | undefined {
  if (kind === "reply") return payload === undefined ? undefined : press;
  if (kind === "url" && target) return () => window.open(target, "_blank", "noopener,noreferrer");
  if (kind === "copy" && target) return () => void navigator.clipboard?.writeText(target);
  return undefined;
}

const QUICK_ANSWERS = ["hello", "thanks", "stop"] as const;

type ComposerProps = { disabled: boolean; isOffline: boolean; onSend: (text: string) => void };

function Composer({ disabled, isOffline, onSend }: ComposerProps) {
  const t = useTranslations("sandbox.phone");
  const [text, setText] = useState("");
  function submit(event: FormEvent) {
    event.preventDefault();
    if (!text.trim() || disabled) return;
    onSend(text.trim());
    setText("");
  }
  if (isOffline)
    return <p className="shrink-0 border-t bg-surface-raised px-5 pt-3 pb-6 text-center text-muted text-xs">{t("offline")}</p>;
  return (
    <div className="shrink-0 border-t bg-surface-raised px-3 pt-2 pb-4">
      <div className="mb-2 flex gap-1.5 overflow-x-auto">
        {QUICK_ANSWERS.map((key) => (
          <button
            key={key}
            type="button"
            disabled={disabled}
            onClick={() => onSend(t(`answers.${key}`))}
            className="h-7 shrink-0 rounded-full border border-border-strong px-2.5 text-xs hover:bg-surface-sunken disabled:opacity-50"
          >
            {t(`answers.${key}`)}
          </button>
        ))}
      </div>
      <form onSubmit={submit} className="flex items-center gap-2">
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
