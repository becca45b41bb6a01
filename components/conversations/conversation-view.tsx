"use client";

import { ChevronLeft, NotebookPen } from "lucide-react";
import { useSearchParams } from "next/navigation";
import { useTranslations } from "next-intl";
import { useEffect, useState } from "react";
import { nameOf } from "@/components/contacts/person";
import { useTimeLeft, WindowState } from "@/components/contacts/window-state";
import { ErrorNote } from "@/components/shared/error-note";
import { useCan } from "@/components/shell/session";
import { Avatar } from "@/components/ui/avatar";
import { Button } from "@/components/ui/button";
import { Link } from "@/components/ui/link";
import type { Conversation } from "@/lib/conversations/schema";
import type { Page } from "@/lib/http/paging";
import type { Message } from "@/lib/messages/schema";
import { formatPhone } from "@/lib/phone-format";
import { AnswerBox, OnlyTemplates } from "./answer-box";
import { ConversationBar } from "./conversation-bar";
import { NoteBox } from "./note-box";
import { useAssign, useConversation, useMarkRead, useUpdateConversation } from "./queries";
import { Thread } from "./thread-view";
import { useInboxKeys } from "./use-inbox-keys";

type ConversationViewProps = { conversation: Conversation; messages: Page<Message> };

/** What one person and one number wrote to each other, and the answer to it. Who looks at it has read it. */
export function ConversationView({ conversation: initial, messages }: ConversationViewProps) {
  const t = useTranslations("conversations");
  const can = useCan();
  const { data: conversation = initial, error, refetch } = useConversation(initial.id, initial);
  const isOpen = useTimeLeft(conversation.windowClosesAt) > 0;
  const name = nameOf(conversation.contactName, conversation.phoneNumber);
  const title = name ?? (conversation.phoneNumber ? formatPhone(conversation.phoneNumber) : t("nameless"));
  const canWrite = can("messages:write");
  const [isNoting, setNoting] = useState(false);
  const assign = useAssign(conversation.id);
  const update = useUpdateConversation(conversation.id);
  useReading(conversation, canWrite);
  useInboxKeys(
    canWrite
      ? {
          r: () => {
            setNoting(false);
            requestAnimationFrame(() => document.getElementById("answer")?.focus());
          },
          n: () => setNoting(true),
          e: () => update.mutate({ state: conversation.state === "open" ? "closed" : "open" }),
          a: () => assign.mutate({ assigneeId: "me", from: conversation.assignee?.id ?? null }),
        }
      : {},
  );
  const noteButton = (
    <Button
      variant="ghost"
      className="size-10 px-0"
      aria-label={t("notes.write")}
      title={t("notes.write")}
      onClick={() => setNoting(true)}
    >
      <NotebookPen aria-hidden />
    </Button>
  );

  return (
    <section aria-label={title} className="flex h-full flex-col">
      <Head conversation={conversation} title={title} name={name} />
      {error ? (
        <div className="border-b p-3">
          <ErrorNote error={error} title={t("notUpdated")} onRetry={() => void refetch()} />
        </div>
      ) : null}
      <ConversationBar conversation={conversation} canWrite={canWrite} />
      {assign.error ? (
        <div className="border-b p-3">
          <ErrorNote error={assign.error} title={t("bar.notTaken")} />
        </div>
      ) : null}
      <Thread id={conversation.id} who={title} firstPage={messages} />
      {!canWrite ? (
        <p className="border-t bg-surface px-4 py-3 text-muted text-sm">{t("answer.readOnly")}</p>
      ) : isNoting ? (
        <NoteBox id={conversation.id} onClose={() => setNoting(false)} />
      ) : isOpen ? (
        <AnswerBox conversation={conversation} aside={noteButton} />
      ) : (
        <OnlyTemplates conversation={conversation} aside={noteButton} />
      )}
    </section>
  );
}

type HeadProps = { conversation: Conversation; title: string; name: string | null };

function Head({ conversation, title, name }: HeadProps) {
  const t = useTranslations("conversations");
  const search = useSearchParams().toString();
  const { phoneNumber, integrationName, windowClosesAt } = conversation;
  const details = [name && phoneNumber ? formatPhone(phoneNumber) : null, integrationName].filter(Boolean);
  return (
    <header className="flex min-h-14 shrink-0 items-center gap-2.5 border-b px-4 py-2 max-md:px-2">
      <Button asChild variant="ghost" size="icon" className="md:hidden">
        <Link href={`/conversations${search ? `?${search}` : ""}`} aria-label={t("back")}>
          <ChevronLeft aria-hidden />
        </Link>
      </Button>
      <Avatar name={name ?? ""} className="size-9 text-xs" />
      <div className="mr-auto grid min-w-0">
        <h1 className="truncate font-semibold text-base">
          <Link href={`/contacts/${conversation.contactId}`} title={t("contact")} className="underline-offset-4 hover:underline">
            {title}
          </Link>
        </h1>
        <p className="truncate text-muted text-xs tabular-nums max-md:hidden">{details.join(" · ")}</p>
        <span className="truncate text-xs md:hidden">
          <WindowState closesAt={windowClosesAt} />
        </span>
      </div>
      <span className="shrink-0 text-xs max-md:hidden">
        <WindowState closesAt={windowClosesAt} />
      </span>
    </header>
  );
}

/** Says that it was read, once there is something unread and somebody can see it. */
function useReading({ id, unread }: Conversation, canWrite: boolean): void {
  const { mutate } = useMarkRead(id);
  const isSeen = useIsSeen();
  useEffect(() => {
    if (unread > 0 && canWrite && isSeen) mutate();
  }, [unread, canWrite, isSeen, mutate]);
}

/** Whether this tab is the one in front. */
function useIsSeen(): boolean {
  const [isSeen, setSeen] = useState(false);
  useEffect(() => {
    const look = () => setSeen(document.visibilityState === "visible");
    look();
    document.addEventListener("visibilitychange", look);
    return () => document.removeEventListener("visibilitychange", look);
  }, []);
  return isSeen;
}
