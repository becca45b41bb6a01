"use client";

import { BatteryFull, PlaneTakeoff, Signal, Wifi } from "lucide-react";
import { useTranslations } from "next-intl";
import { useEffect, useRef, useState } from "react";
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
import { PhoneActs } from "./phone-acts";
import { PhoneComposer, type Said } from "./phone-composer";
import { useChat, useReply } from "./queries";

/** One customer's phone with its chat with the business; what is written here arrives by webhook, as from Meta. */
export function VirtualPhone({ integrationId, phone }: { integrationId: string; phone: string }) {
  const t = useTranslations("sandbox.phone");
  const { data: chat, error, refetch } = useChat(integrationId, phone);
  const reply = useReply(integrationId);
  const explain = useErrorText();
  const can = useCan();
  const canWrite = can("sandbox:write") && chat?.online === true;

  const [answered, setAnswered] = useState<SandboxMessage | null>(null);
  const line = useChatLine();

  function answer(said: Said) {
    const context = answered && said.messageId === undefined ? { messageId: answered.id } : {};
    setAnswered(null);
    reply.mutate(
      { from: phone, ...context, ...said },
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
        integrationId={integrationId}
        failure={error ? <ErrorNote error={error} title={t("failed")} onRetry={() => void refetch()} /> : null}
        onPress={canWrite ? (message, payload) => answer({ messageId: message.id, buttonPayload: payload }) : undefined}
        onReact={canWrite ? (message, reaction) => answer({ messageId: message.id, reaction }) : undefined}
        onAnswer={canWrite ? setAnswered : undefined}
      />
      <PhoneComposer
        integrationId={integrationId}
        disabled={!canWrite}
        isOffline={chat?.online === false}
        answering={answered && line(answered)}
        onLeave={() => setAnswered(null)}
        onSend={answer}
      />
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

type Acts = {
  onPress: ((message: SandboxMessage, payload: string) => void) | undefined;
  onReact: ((message: SandboxMessage, emoji: string) => void) | undefined;
  onAnswer: ((message: SandboxMessage) => void) | undefined;
};
type ChatProps = Acts & { chat: SandboxChat | undefined; integrationId: string; failure: React.ReactNode };

function Chat({ chat, integrationId, failure, ...acts }: ChatProps) {
  const t = useTranslations("sandbox.phone");
  const zone = useZone();
  const log = useRef<HTMLDivElement>(null);
  const all = chat?.messages ?? [];
  const messages = all.filter(({ content }) => content.type !== "reaction");
  const reactions = reactionsOf(all);
  const byId = new Map(messages.map((message) => [message.id, message]));
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
            <Bubble
              message={message}
              integrationId={integrationId}
              quoted={byId.get(message.contextId ?? "")}
              reactions={reactions.get(message.id) ?? []}
              {...acts}
            />
          </div>
        );
      })}
    </div>
  );
}

/** The last emoji of each side on each message. */
function reactionsOf(messages: readonly SandboxMessage[]): Map<string, string[]> {
  const sides = new Map<string, Map<string, string>>();
  for (const { content, contextId, direction } of messages) {
    if (content.type !== "reaction" || contextId === null) continue;
    sides.set(contextId, new Map(sides.get(contextId)).set(direction, content.body));
  }
  return new Map([...sides].map(([id, emojis]) => [id, [...emojis.values()].filter(Boolean)]));
}

/** A message in a few words. */
function useChatLine() {
  const t = useTranslations("shared.bubble");
  return ({ content: { body, header } }: SandboxMessage): string =>
    body || header?.text || (header && header.kind !== "text" ? t(header.kind) : "");
}

type BubbleProps = Acts & {
  message: SandboxMessage;
  integrationId: string;
  quoted: SandboxMessage | undefined;
  reactions: readonly string[];
};

/** On the customer's phone their own messages are on the right and have the ticks. */
function Bubble({ message, integrationId, quoted, reactions, onPress, onReact, onAnswer }: BubbleProps) {
  const { content, direction, status } = message;
  const line = useChatLine();
  const mine = direction === "customer";
  const hasArrived = mine || status === "delivered" || status === "read";
  return (
    <div className="grid gap-0.5">
      <WhatsappBubble
        direction={mine ? "out" : "in"}
        header={toHeader(content.header, integrationId)}
        body={content.body}
        footer={content.footer}
        reactions={reactions}
        quote={
          quoted ? (
            <p className="mb-0.5 line-clamp-2 rounded-[6px] border-(--whatsapp-link) border-l-4 bg-(--whatsapp-media) px-2 py-1 text-(--whatsapp-muted) text-[13px] leading-4">
              {line(quoted)}
            </p>
          ) : undefined
        }
        buttons={content.buttons?.map((button) =>
          toButton(button, hasArrived && onPress ? () => onPress(message, button.payload ?? "") : undefined),
        )}
        at={message.deliveredAt ?? message.at}
        status={mine ? (status === "accepted" ? "sent" : status) : undefined}
        // What has not arrived is not on the phone yet: outlined, as legible as the rest.
        className={cn(!hasArrived && "outline-(--whatsapp-muted) outline-1 outline-dashed")}
      />
      {mine ? null : (
        <div className="flex flex-wrap items-center gap-1">
          <Fate message={message} />
          {hasArrived && onReact && onAnswer ? (
            <PhoneActs onReact={(emoji) => onReact(message, emoji)} onAnswer={() => onAnswer(message)} />
          ) : null}
        </div>
      )}
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

function toHeader(header: SandboxMessage["content"]["header"], integrationId: string): BubbleHeader | undefined {
  if (!header) return undefined;
  const { kind, text, mediaId, mimeType } = header;
  if (kind === "text") return text ? { type: "text", text } : undefined;
  if (mediaId === undefined) return { type: kind, text };
  return { type: kind, text, file: { state: "ready", src: `/api/v1/sandbox/${integrationId}/files/${mediaId}`, mimeType } };
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
