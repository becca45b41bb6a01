"use client";

import { MessageSquareQuote } from "lucide-react";
import { useTranslations } from "next-intl";
import { usePreferenceLink } from "@/components/contacts/queries";
import { useCan, useSession } from "@/components/shell/session";
import { Button } from "@/components/ui/button";
import { DropdownMenu, DropdownMenuContent, DropdownMenuItem, DropdownMenuTrigger } from "@/components/ui/dropdown-menu";
import type { Conversation } from "@/lib/conversations/schema";
import { fillReply } from "@/lib/conversations/words";
import { useSavedReplies } from "./queries";

/** Puts a saved reply into the answer, filled in for this person. */
export function SavedReplies({ conversation, onChoose }: { conversation: Conversation; onChoose: (text: string) => void }) {
  const t = useTranslations("conversations.savedReplies");
  const { user, organization } = useSession();
  const replies = useSavedReplies().data?.data ?? [];
  const needsLink = useCan()("contacts:write") && replies.some(({ text }) => text.includes("preferences"));
  const link = usePreferenceLink(conversation.contactId, { enabled: needsLink });
  if (replies.length === 0) return null;
  const values = {
    name: conversation.contactName ?? "",
    organization: organization.name,
    agent: user.name,
    preferences: link.data?.url ?? "",
  };
  return (
    <DropdownMenu>
      <DropdownMenuTrigger asChild>
        <Button variant="ghost" className="size-10 px-0" aria-label={t("title")} title={t("title")}>
          <MessageSquareQuote aria-hidden />
        </Button>
      </DropdownMenuTrigger>
      <DropdownMenuContent align="end" className="max-h-80 w-72 overflow-y-auto">
        {replies.map(({ id, title, text }) => (
          <DropdownMenuItem key={id} onSelect={() => onChoose(fillReply(text, values))} className="h-auto py-1.5">
            <span className="grid min-w-0">
              <span className="truncate font-medium">{title}</span>
              <span className="truncate text-muted text-xs">{text}</span>
            </span>
          </DropdownMenuItem>
        ))}
      </DropdownMenuContent>
    </DropdownMenu>
  );
}
