"use client";

import { LoaderCircle } from "lucide-react";
import { useTranslations } from "next-intl";
import { useMemo, useRef } from "react";
import { useFailureText } from "@/components/messages/failure-text";
import { MessageBubble } from "@/components/messages/message-bubble";
import { useMessage } from "@/components/messages/queries";
import { WaitingLine, waitingOf } from "@/components/messages/waiting";
import { useContentLine } from "@/components/shared/content-bubble";
import { ErrorNote } from "@/components/shared/error-note";
import { StatusBadge } from "@/components/shared/status-badge";
import { useZone } from "@/components/shared/use-language";
import { useNearEnd } from "@/components/shared/use-near-end";
import { Button } from "@/components/ui/button";
import { cn } from "@/components/ui/cn";
import { Link } from "@/components/ui/link";
import type { Page } from "@/lib/http/paging";
import { formatDate, isSameDay } from "@/lib/i18n/format";
import type { Message } from "@/lib/messages/schema";
import { useLabel } from "./label";
import { NoteBubble } from "./note-bubble";
import { useNotes, useThread } from "./queries";
import { quotedIdOf, type ThreadItem, threadOf, withNotes } from "./thread";

type ThreadProps = { id: string; who: string; firstPage: Page<Message> };

/**
 * All messages, the newest at the bottom, where reading begins: the box is laid out from its end, so that what is added above or
 * below moves nothing that is being read.
 */
export function Thread({ id, who, firstPage }: ThreadProps) {
  const t = useTranslations("conversations.thread");
  const zone = useZone();
  const query = useThread(id, firstPage);
  const top = useNearEnd<HTMLDivElement>(query);
  const box = useRef<HTMLDivElement>(null);
  const messages = useMemo(() => query.data?.pages.flatMap((page) => page.data) ?? [], [query.data]);
  const items = useMemo(() => threadOf([...new Map(messages.map((message) => [message.id, message])).values()]), [messages]);
  const byId = useMemo(() => new Map(items.map((item) => [item.message.id, item])), [items]);

  const notes = useNotes(id).data?.data;
  const entries = useMemo(() => withNotes(items, notes ?? [], query.hasNextPage), [items, notes, query.hasNextPage]);

  function onScroll() {
    const element = box.current;
    if (!element || messages.length === 0) return;
    const perPixel = messages.length / element.scrollHeight;
    const first = Math.floor(-element.scrollTop * perPixel);
    query.onSight(first, Math.min(messages.length - 1, Math.ceil(first + element.clientHeight * perPixel)));
  }

  return (
    <div
      ref={box}
      role="log"
      // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard.
      tabIndex={0}
      aria-label={t("label", { who })}
      onScroll={onScroll}
      className="flex min-h-0 flex-1 flex-col-reverse overflow-y-auto bg-(--whatsapp-wall) bg-[radial-gradient(var(--whatsapp-line)_1px,transparent_1px)] bg-size-[18px_18px] focus-visible:-outline-offset-2"
    >
      <div className="mt-auto grid gap-2 px-5 py-4 max-md:px-4">
        {query.hasNextPage ? (
          <div ref={top} className="flex justify-center">
            <Button size="sm" loading={query.isFetchingNextPage} onClick={() => void query.fetchNextPage()}>
              {t("older")}
            </Button>
          </div>
        ) : null}
        {query.error ? <ErrorNote error={query.error} title={t("failed")} onRetry={() => void query.refetch()} /> : null}
        {query.isPending ? <LoaderCircle className="mx-auto size-4 animate-spin text-(--whatsapp-muted)" aria-hidden /> : null}
        {entries.length === 0 && !query.isPending && !query.error ? <Pill>{t("empty")}</Pill> : null}
        {entries.map(({ key, at, item, note }, index) => {
          const before = entries[index - 1];
          const isNewDay = !before || !isSameDay(before.at, at, zone);
          return (
            <div key={key} id={key} className="grid scroll-mt-4 gap-2">
              {isNewDay ? <Pill>{formatDate(at, zone)}</Pill> : null}
              {item ? <Item item={item} quoted={byId.get(quotedIdOf(item.message) ?? "")} who={who} /> : null}
              {note ? <NoteBubble conversationId={id} note={note} /> : null}
            </div>
          );
        })}
      </div>
    </div>
  );
}

function Pill({ children }: { children: React.ReactNode }) {
  return (
    <p className="mx-auto w-fit max-w-[80%] rounded-md bg-(--whatsapp-in) px-2 py-0.5 text-center text-(--whatsapp-muted) text-xs">
      {children}
    </p>
  );
}

type ItemProps = { item: ThreadItem; quoted: ThreadItem | undefined; who: string };

function Item({ item, quoted, who }: ItemProps) {
  const { message, content, reactions } = item;
  const line = useContentLine();
  const label = useLabel()(item);
  if (content.type === "system") return <Pill>{line(content)}</Pill>;
  const quotedId = quotedIdOf(message);
  return (
    <div className="grid gap-1">
      <MessageBubble
        message={message}
        content={content}
        label={label}
        reactions={reactions}
        quote={quotedId ? <Quote id={quotedId} known={quoted} who={who} /> : undefined}
      />
      {message.direction === "outgoing" ? <Fate message={message} /> : null}
    </div>
  );
}

/** A part of the message that is answered; pressing it leads there. One that is further back is asked for. */
function Quote({ id, known, who }: { id: string; known: ThreadItem | undefined; who: string }) {
  const t = useTranslations("conversations.thread");
  const line = useContentLine();
  const { data: far } = useMessage(id, undefined, { enabled: !known });
  const message = known?.message ?? far;
  const content = known?.content ?? far?.content;
  const own = message !== undefined && message.direction !== "incoming";
  return (
    <a
      href={known ? `#${id}` : `/messages/${id}`}
      onClick={(event) => {
        if (!known) return;
        event.preventDefault();
        document.getElementById(id)?.scrollIntoView({ block: "center", behavior: "smooth" });
      }}
      className={cn(
        "mb-0.5 grid rounded-[6px] border-l-4 bg-(--whatsapp-media) px-2 py-1 text-[13px] leading-4",
        own ? "border-(--whatsapp-link)" : "border-(--whatsapp-tick)",
      )}
    >
      <span className={cn("font-medium", own ? "text-(--whatsapp-link)" : "text-(--whatsapp-tick)")}>
        {message ? (own ? t("quoteYou") : who) : t("quoted")}
      </span>
      {content ? <span className="line-clamp-2 break-words text-(--whatsapp-muted)">{line(content)}</span> : null}
    </a>
  );
}

const FINE: readonly string[] = ["sent", "delivered", "read", "sending"];

/** What became of a message of ours, where its ticks do not say enough. */
function Fate({ message }: { message: Message }) {
  const t = useTranslations("conversations.thread");
  const failureText = useFailureText();
  const { status, error } = message;
  const waiting = waitingOf(message);
  if (!waiting && (FINE.includes(status) || status === "queued")) return null;
  return (
    <p
      className="ml-auto flex max-w-[88%] flex-wrap items-center justify-end gap-x-2 rounded-sm bg-surface-raised px-2 py-0.5 text-xs"
      aria-live="polite"
    >
      {waiting ? <WaitingLine waiting={waiting} /> : <StatusBadge kind="message" status={status} plain />}
      {error && (status === "failed" || status === "unknown") ? <span>{failureText(error).title}</span> : null}
      <Link href={`/messages/${message.id}`} className="text-accent underline-offset-4 hover:underline">
        {t("details")}
      </Link>
    </p>
  );
}
