"use client";

import { useTranslations } from "next-intl";
import type { Template } from "@/lib/templates/schema";
import { MEDIA_TYPES } from "@/lib/whatsapp/media-types";
import { AttachButton, AttachmentList, DropZone } from "./attachment-list";
import type { Attachments } from "./attachments";

const KINDS = ["image", "video", "document"] as const;
type HeaderKind = (typeof KINDS)[number];

/** The kind of file that each message of a template needs for its header; null where it needs none. */
export function headerKindOf(template: Pick<Template, "components"> | undefined): HeaderKind | null {
  const header = template?.components.find(({ type }) => type === "HEADER");
  const format = header && "format" in header ? String(header.format).toLowerCase() : "";
  return KINDS.find((kind) => kind === format) ?? null;
}

/** The file of a template's header. */
export function HeaderFile({ kind, attachments }: { kind: HeaderKind; attachments: Attachments }) {
  const t = useTranslations("compose.files.header");
  const types = Object.entries(MEDIA_TYPES).filter(([, type]) => type.kind === kind);
  return (
    <DropZone attachments={attachments}>
      <fieldset className="grid gap-1.5">
        <legend className="font-medium text-sm">{t(kind)}</legend>
        {attachments.list.length === 0 ? (
          <AttachButton
            attachments={attachments}
            multiple={false}
            accept={types.map(([type]) => type).join(",")}
            className="w-fit"
          >
            {t("choose")}
          </AttachButton>
        ) : (
          <AttachmentList attachments={attachments} />
        )}
        <p className="text-muted text-xs">{t("hint")}</p>
      </fieldset>
    </DropZone>
  );
}
