"use client";

import { X } from "lucide-react";
import { useTranslations } from "next-intl";
import { Time } from "@/components/shared/time";
import { useSession } from "@/components/shell/session";
import { Button } from "@/components/ui/button";
import type { ConversationNote } from "@/lib/conversations/schema";
import { useRemoveNote } from "./queries";

/** What the team said among itself, between the messages of its time. */
export function NoteBubble({ conversationId, note }: { conversationId: string; note: ConversationNote }) {
  const t = useTranslations("conversations.notes");
  const { user } = useSession();
  const remove = useRemoveNote(conversationId);
  return (
    <div className="mx-auto flex w-full max-w-[88%] items-start gap-2 rounded-lg border border-[color-mix(in_oklab,var(--warning)_30%,transparent)] bg-warning-subtle px-3 py-2 text-sm">
      <div className="grid min-w-0 flex-1 gap-0.5">
        <p className="text-muted text-xs">
          {t("by", { name: note.author.name })} · <Time at={note.createdAt} format="short" />
        </p>
        <p className="whitespace-pre-wrap break-words">{note.text}</p>
      </div>
      {note.author.id === user.id ? (
        <Button
          variant="ghost"
          size="icon-sm"
          aria-label={t("remove")}
          loading={remove.isPending}
          onClick={() => remove.mutate(note.id)}
        >
          <X aria-hidden />
        </Button>
      ) : null}
    </div>
  );
}
