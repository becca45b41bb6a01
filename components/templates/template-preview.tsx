"use client";

import { type BubbleButton, type BubbleHeader, WhatsappBubble } from "@/components/shared/whatsapp-bubble";
import type { Template } from "@/lib/templates/schema";
import { type RenderedTemplate, renderTemplate } from "@/lib/whatsapp/template-rules";

type TemplatePreviewProps = {
  template: Pick<Template, "components" | "parameterFormat">;
  /** By key; what is missing or empty stays as `{{key}}`. */
  values?: Record<string, string>;
  at?: string | Date | null;
  status?: string;
};

/** A template as the person will read it. */
export function TemplatePreview({ template, values = {}, at, status }: TemplatePreviewProps) {
  const given = Object.fromEntries(Object.entries(values).filter(([, value]) => value !== ""));
  const shown = renderTemplate(template, given);
  return (
    <WhatsappBubble
      header={toHeader(shown.header)}
      body={shown.body}
      footer={shown.footer}
      buttons={shown.buttons.map(toButton)}
      at={at}
      status={status}
    />
  );
}

const MEDIA = { IMAGE: "image", VIDEO: "video", DOCUMENT: "document", LOCATION: "location" } as const;

function toHeader(header: RenderedTemplate["header"]): BubbleHeader | undefined {
  if (!header) return undefined;
  const media = MEDIA[header.format as keyof typeof MEDIA];
  if (media) return { type: media };
  return header.text ? { type: "text", text: header.text } : undefined;
}

function toButton(button: RenderedTemplate["buttons"][number]): BubbleButton {
  return { type: button.type, text: button.text };
}

/** The values Meta was shown for approval, by key. */
export function exampleValues(template: Pick<Template, "variables">): Record<string, string> {
  return Object.fromEntries(template.variables.map((variable) => [variable.key, variable.example ?? ""]));
}
