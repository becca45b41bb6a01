import "server-only";
import type { InboundEnvelope } from "@/lib/messages/schema";
import { contentOf, targetOf } from "@/lib/whatsapp/inbound-content";
import type { CallItem, EchoItem, HistoryItem, MessageItem, SystemItem } from "@/lib/whatsapp/inbound-items";
import { readHistoryMessages } from "@/lib/whatsapp/inbound-messages";
import { present } from "@/lib/whatsapp/inbound-reader";
import type { Heard } from "./receive";

/** These come from the phone's app, or speak of what was written before: they are no new words of the person to the business. */
const NOT_WRITTEN: readonly string[] = ["request_welcome", "edit", "revoke", "reaction"];

export function heardMessage(integrationId: string, item: MessageItem): Heard {
  return {
    integrationId,
    direction: "incoming",
    wamid: item.wamid,
    at: item.at,
    person: {
      waId: item.from ?? item.contactWaId,
      userId: item.fromUserId ?? item.contactUserId,
      parentUserId: item.fromParentUserId ?? item.contactParentUserId,
      username: item.username,
      profileName: item.profileName,
    },
    content: contentOf(item, item.errors),
    envelope: envelopeOf(item),
    target: targetOf(item),
    opensWindow: !item.groupId && !NOT_WRITTEN.includes(item.type),
    isNews: true,
  };
}

/** What the business wrote on its phone. It never opens a window, and its `contacts` name the person it went to. */
export function heardEcho(integrationId: string, item: EchoItem): Heard {
  return {
    integrationId,
    direction: "echo",
    wamid: item.wamid,
    at: item.at,
    person: { waId: item.to ?? item.contactWaId, userId: item.toUserId ?? item.contactUserId },
    content: contentOf(item, item.errors),
    envelope: envelopeOf(item),
    target: targetOf(item),
    opensWindow: false,
    isNews: true,
  };
}

/** A person who calls opens the window as one who writes does. Source: Meta, "Service messages": messages or calls. */
export function heardCall(integrationId: string, item: CallItem): Heard | null {
  if (item.direction !== "USER_INITIATED") return null;
  return {
    integrationId,
    direction: "incoming",
    wamid: item.callId,
    at: item.at,
    person: { waId: item.from },
    content: { type: "call", callId: item.callId, ...present({ event: item.event, status: item.status }) },
    envelope: {},
    target: null,
    opensWindow: true,
    isNews: true,
  };
}

/** What Meta tells of a person within a conversation: a changed number, a new device. */
export function heardSystem(integrationId: string, item: SystemItem): Heard | null {
  if (!item.wamid) return null;
  return {
    integrationId,
    direction: "incoming",
    wamid: item.wamid,
    at: item.at,
    person: { waId: item.from, userId: item.fromUserId, profileName: item.profileName },
    content: { type: "system", event: item.systemType ?? "system", ...present({ body: item.body }) },
    envelope: {},
    target: null,
    opensWindow: false,
    isNews: true,
  };
}

/** The past that is handed over when a number joins: it opens no window, is not unread, and withdraws no consent today. */
export function heardHistory(integrationId: string, item: HistoryItem): Heard[] {
  return readHistoryMessages(item).map(({ message, person, isOwn }) => ({
    ...heardMessage(integrationId, message),
    direction: isOwn ? ("echo" as const) : ("incoming" as const),
    person: { waId: person },
    opensWindow: false,
    isNews: false,
  }));
}

function envelopeOf(item: MessageItem | EchoItem): InboundEnvelope {
  const { profileName, username, groupId, replyTo, forwarded, frequentlyForwarded, referral, referredProduct, errors } = item;
  return present({
    profileName,
    username,
    groupId,
    replyTo,
    forwarded,
    frequentlyForwarded,
    referral,
    referredProduct,
    errors: errors.length > 0 ? errors : undefined,
  });
}
