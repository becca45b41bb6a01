import { z } from "zod";
import { PageQuery, pageOf } from "@/lib/http/paging";
import { Message } from "@/lib/messages/schema";

export const CONVERSATION_STATES = ["open", "closed"] as const;
export const ConversationState = z.enum(CONVERSATION_STATES);
export type ConversationState = z.infer<typeof ConversationState>;

export const Conversation = z.object({
  id: z.string(),
  integrationId: z.string(),
  integrationName: z.string(),
  contactId: z.string(),
  contactName: z.string().nullable(),
  phoneNumber: z.string().nullable(),
  state: ConversationState,
  unread: z.number().int().describe("Messages of the person since somebody read it."),
  lastMessage: Message.nullable(),
  lastActivityAt: z.iso.datetime(),
  lastInboundAt: z.iso.datetime().nullable(),
  windowClosesAt: z.iso.datetime().nullable().describe("Until when free text may be sent; null while it may not."),
  freeEntryUntil: z.iso
    .datetime()
    .nullable()
    .describe(
      "Until when Meta charges nothing because the person came by an ad or a page button; free text needs the window all the same.",
    ),
});
export type Conversation = z.infer<typeof Conversation>;
export const ConversationPage = pageOf(Conversation);

export const ListConversations = PageQuery.extend({
  integrationId: z.string().optional(),
  contactId: z.string().optional(),
  search: z.string().trim().min(1).max(200).optional().describe("A person's name, or a number in any writing."),
  unread: z.enum(["true"]).optional().describe("Only those with unread messages."),
});
export type ListConversations = z.infer<typeof ListConversations>;
