"use client";

import { WhatsappBubble } from "@/components/shared/whatsapp-bubble";
import { useTemplates } from "@/components/templates/queries";
import { TemplatePreview } from "@/components/templates/template-preview";
import type { Message, MessageDetail } from "@/lib/messages/schema";

type Shown = Message & Partial<Pick<MessageDetail, "templateParams">>;

/** A sent message as the person sees it, with its ticks. A template shows its header and buttons while we still know them. */
export function MessageBubble({ message }: { message: Shown }) {
  const { data: templates } = useTemplates(undefined, message.kind === "template");
  const template = templates?.find((x) => x.name === message.template && x.language === message.language);
  const at = message.sentAt ?? message.scheduledFor ?? message.createdAt;
  if (template && message.templateParams !== undefined) {
    return (
      <TemplatePreview
        template={template}
        values={byKey(template.variables, message.templateParams)}
        at={at}
        status={message.status}
      />
    );
  }
  return <WhatsappBubble body={message.text} at={at} status={message.status} />;
}

function byKey(variables: readonly { key: string }[], params: MessageDetail["templateParams"]): Record<string, string> {
  if (!params) return {};
  if (!Array.isArray(params)) return params;
  return Object.fromEntries(variables.map((variable, index) => [variable.key, params[index] ?? ""]));
}
