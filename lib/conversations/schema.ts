import { z } from "zod";
import { PageQuery, pageOf } from "@/lib/http/paging";
import { Message } from "@/lib/messages/schema";
import { Moment } from "@/lib/moment";
import { CONVERSATION_STATES, LABEL_COLOURS, OWNERS, unknownReplyVariables } from "./words";

export const ConversationState = z.enum(CONVERSATION_STATES);
export type ConversationState = z.infer<typeof ConversationState>;

export const Label = z.object({ id: z.string(), name: z.string(), colour: z.enum(LABEL_COLOURS) });
export type Label = z.infer<typeof Label>;

export const Conversation = z.object({
  id: z.string(),
  integrationId: z.string(),
  integrationName: z.string(),
  contactId: z.string(),
  contactName: z.string().nullable(),
  phoneNumber: z.string().nullable(),
  state: ConversationState,
  snoozedUntil: z.iso.datetime().nullable(),
  assignee: z.object({ id: z.string(), name: z.string() }).nullable(),
  labels: z.array(Label),
  owner: z
    .enum(OWNERS)
    .describe(
      "Whose turn it is: the customer's once he was answered, else that of who answers: a person, or a program until it hands over.",
    ),
  answeredBy: z.enum(["person", "program"]),
  lastAnswerId: z.string().nullable().describe("The newest message of ours. Give it with an answer, and nobody answers twice."),
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
  state: ConversationState.optional(),
  assignee: z.string().max(100).optional().describe("A member's id, `me`, or `none`."),
  labelId: z.string().max(100).optional(),
});
export type ListConversations = z.infer<typeof ListConversations>;

export const CountConversations = ListConversations.pick({ integrationId: true, labelId: true });
export type CountConversations = z.infer<typeof CountConversations>;
const count = z.number().int();
export const ConversationCounts = z.object({
  open: count,
  snoozed: count,
  closed: count,
  mine: count.describe("Open ones that are assigned to the asker."),
  unassigned: count.describe("Open ones that nobody has."),
  unread: count.describe("Open ones with unread messages."),
});
export type ConversationCounts = z.infer<typeof ConversationCounts>;

export const AssignConversation = z.strictObject({
  assigneeId: z.string().max(100).nullable().describe("A member's id, `me`, or null for nobody."),
  from: z
    .string()
    .max(100)
    .nullable()
    .optional()
    .describe("Whom it was assigned to as you saw it, null for nobody: if that changed, the answer is 409 with who has it."),
});
export type AssignConversation = z.infer<typeof AssignConversation>;

export const UpdateConversation = z
  .strictObject({
    state: ConversationState.optional(),
    snoozedUntil: Moment.optional().describe("With the state `snoozed`: when it comes back by itself."),
    answeredBy: z.enum(["person", "program"]).optional().describe("Hands over."),
  })
  .refine((body) => body.state !== undefined || body.answeredBy !== undefined, { error: "Say what to change", path: ["state"] })
  .refine((body) => (body.state === "snoozed") === (body.snoozedUntil !== undefined), {
    error: "Snoozing needs a moment, and nothing else has one",
    path: ["snoozedUntil"],
  });
export type UpdateConversation = z.infer<typeof UpdateConversation>;

/** As for send, but for whom and through which number: the conversation says that. */
export const AnswerConversation = z
  .looseObject({
    owner: z.enum(OWNERS).optional().describe("Whose turn it must be at the moment of writing; otherwise 409."),
    lastAnswerId: z
      .string()
      .max(100)
      .nullable()
      .optional()
      .describe(
        "The newest answer that you saw, null for none: if somebody else has answered since, the answer is 409 with what they wrote.",
      ),
  })
  .describe("Otherwise the body of send, without phoneNumber, contactId, userId and integrationId.");
export type AnswerConversation = z.infer<typeof AnswerConversation>;

export const SetLabels = z.strictObject({ labelIds: z.array(z.string().max(100)).max(20, "At most 20 labels") });
export type SetLabels = z.infer<typeof SetLabels>;
const LabelName = z.string().trim().min(1, "Give a name").max(40, "At most 40 characters");
export const CreateLabel = z.strictObject({ name: LabelName, colour: z.enum(LABEL_COLOURS).default("grey") });
export type CreateLabel = z.infer<typeof CreateLabel>;
export const UpdateLabel = z.strictObject({ name: LabelName, colour: z.enum(LABEL_COLOURS) }).partial();
export type UpdateLabel = z.infer<typeof UpdateLabel>;
export const LabelList = z.object({ data: z.array(Label), nextCursor: z.null() });
export type LabelList = z.infer<typeof LabelList>;

export const ConversationNote = z.object({
  id: z.string(),
  text: z.string(),
  author: z.object({ id: z.string().nullable(), name: z.string() }),
  createdAt: z.iso.datetime(),
});
export type ConversationNote = z.infer<typeof ConversationNote>;
export const NotePage = pageOf(ConversationNote);
export const CreateNote = z.strictObject({
  text: z.string().trim().min(1, "The note is empty").max(4_000, "At most 4,000 characters"),
});
export type CreateNote = z.infer<typeof CreateNote>;

export const SavedReply = z.object({ id: z.string(), title: z.string(), text: z.string(), updatedAt: z.iso.datetime() });
export type SavedReply = z.infer<typeof SavedReply>;
export const SavedReplyList = z.object({ data: z.array(SavedReply), nextCursor: z.null() });
export type SavedReplyList = z.infer<typeof SavedReplyList>;
const ReplyText = z
  .string()
  .trim()
  .min(1, "The message is empty")
  .max(4_000, "At most 4,000 characters")
  .refine(
    (text) => unknownReplyVariables(text).length === 0,
    "Only {{name}}, {{organization}}, {{agent}} and {{preferences}} can be filled in",
  );
const ReplyTitle = z.string().trim().min(1, "Give a name").max(60, "At most 60 characters");
export const CreateSavedReply = z.strictObject({ title: ReplyTitle, text: ReplyText });
export type CreateSavedReply = z.infer<typeof CreateSavedReply>;
export const UpdateSavedReply = z
  .strictObject({
    title: ReplyTitle,
    text: ReplyText,
    updatedAt: Moment.describe("As it was read: if somebody changed it since, the answer is 409 with the present state."),
  })
  .partial();
export type UpdateSavedReply = z.infer<typeof UpdateSavedReply>;
