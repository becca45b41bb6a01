import "server-only";
import { buildRequest, call, type GraphAccess, pathId, readAnswer } from "@/lib/whatsapp/graph-call";
import { momentOf } from "@/lib/whatsapp/graph-edge";
import { withoutGraph } from "@/lib/whatsapp/graph-error";
import { HistoryAnswer, SendAnswer } from "@/lib/whatsapp/graph-shapes";
import type { MessagePayload } from "@/lib/whatsapp/payloads";
import type { GraphRequest, GraphResponse } from "@/lib/whatsapp/transport";

export type SendReceipt = {
  messageId: string;
  /** May differ from the number that was asked for (Brazil, Mexico). Absent when sent by user id. */
  waId?: string;
  userId?: string;
  /** `accepted`, `held_for_quality_assessment`, `paused`; usually only for templates. */
  messageStatus?: string;
};

/** The call that sends one message. Throws `GraphError`, proven not sent, for an id that no id of Meta's looks like. */
export function sendRequest(access: GraphAccess, phoneNumberId: string, payload: MessagePayload): GraphRequest {
  return buildRequest(access, { method: "POST", path: `${pathId(phoneNumberId)}/messages`, body: payload });
}

/** What Meta's answer to `sendRequest` says. Success means that Meta accepted the message, not that it was sent. Throws `GraphError`. */
export function readReceipt(access: GraphAccess, response: GraphResponse): SendReceipt {
  const answer = readAnswer(access, response);
  const parsed = SendAnswer.safeParse(answer.json);
  const message = parsed.success ? parsed.data.messages[0] : undefined;
  if (!parsed.success || !message) throw withoutGraph(answer, "Meta answered without a message id.");
  const contact = parsed.data.contacts?.[0];
  return {
    messageId: message.id,
    ...(contact?.wa_id && { waId: contact.wa_id }),
    ...(contact?.user_id && { userId: contact.user_id }),
    ...(message.message_status && { messageStatus: message.message_status }),
  };
}

/** `error`: Meta's sentence about a failure; it tells no code here. */
export type HistoryEvent = { status: string; at: Date | null; error: string | null; raw: unknown };

/**
 * What Meta noted for one message, for repairing a lost status. From Meta's OpenAPI description of v23.0; never seen to answer
 * for an ordinary account, so callers treat any `GraphError` as "not available". Tells nothing without a message id.
 */
export async function getMessageHistory(access: GraphAccess, phoneNumberId: string, messageId: string): Promise<HistoryEvent[]> {
  const answer = await call(access, {
    method: "GET",
    path: `${pathId(phoneNumberId)}/message_history`,
    query: { message_id: messageId, fields: "id,message_id,events" },
  });
  return answer.parse(HistoryAnswer).data.data.flatMap((entry) =>
    (entry.events?.data ?? []).flatMap((event) => {
      const status = event.delivery_status ?? event.status;
      return status
        ? [{ status: status.toLowerCase(), at: momentOf(event.timestamp), error: event.error_description ?? null, raw: event }]
        : [];
    }),
  );
}
