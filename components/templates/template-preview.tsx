"use client";

import type { BubbleFile } from "@/components/shared/bubble-file";
import { TemplateBubble } from "@/components/shared/content-bubble";
import type { Template } from "@/lib/templates/schema";
import { renderTemplate } from "@/lib/whatsapp/template-rules";

type TemplatePreviewProps = {
  template: Pick<Template, "components" | "parameterFormat">;
  /** By key; what is missing or empty stays as `{{key}}`. */
  values?: Record<string, string>;
  /** The header's, where it is chosen. */
  file?: BubbleFile | undefined;
  at?: string | Date | null;
};

/** A template as the person will read it. */
export function TemplatePreview({ template, values = {}, file, at }: TemplatePreviewProps) {
  const given = Object.fromEntries(Object.entries(values).filter(([, value]) => value !== ""));
  return <TemplateBubble rendered={renderTemplate(template, given)} file={file} at={at} />;
}

/** The values Meta was shown for approval, by key. */
export function exampleValues(template: Pick<Template, "variables">): Record<string, string> {
  return Object.fromEntries(template.variables.map((variable) => [variable.key, variable.example ?? ""]));
}
