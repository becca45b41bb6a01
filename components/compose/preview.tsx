"use client";

import { UserRound } from "lucide-react";
import { useTranslations } from "next-intl";
import { type ReactNode, useEffect, useRef } from "react";
import { nameOf } from "@/components/contacts/person";
import { useFailureText } from "@/components/messages/failure-text";
import { MessageBubble } from "@/components/messages/message-bubble";
import { useMessage } from "@/components/messages/queries";
import { StatusBadge } from "@/components/shared/status-badge";
import { useClock } from "@/components/shared/time";
import { WhatsappBubble, WhatsappWall } from "@/components/shared/whatsapp-bubble";
import { TemplatePreview } from "@/components/templates/template-preview";
import { Avatar } from "@/components/ui/avatar";
import { Link } from "@/components/ui/link";
import { Skeleton } from "@/components/ui/skeleton";
import type { Contact } from "@/lib/contacts/schema";
import type { MediaFile } from "@/lib/media/schema";
import { formatPhone } from "@/lib/phone-format";
import type { Template } from "@/lib/templates/schema";
import { answerParts, shownFile } from "./attachments";

type PreviewProps = {
  phone: string | null;
  contact: Contact | null;
  /** What was sent in this sitting, oldest first. */
  sentIds: readonly string[];
  text: string | null;
  /** What is attached: of a template, its header's. */
  files: readonly MediaFile[];
  template: Template | undefined;
  values: Record<string, string>;
};

/** The chat as the person will see it: what was just sent, with live ticks, and the draft beneath. */
export function Preview({ phone, contact, sentIds, text, files, template, values }: PreviewProps) {
  const t = useTranslations("compose.preview");
  const now = useClock();
  const wall = useRef<HTMLDivElement>(null);
  const count = sentIds.length;
  useEffect(() => {
    const element = wall.current;
    if (count === 0 || !element) return;
    element.scrollTop = element.scrollHeight;
    // On a phone the chat is below the form.
    element.scrollIntoView({ block: "nearest", behavior: "smooth" });
  }, [count]);
  return (
    <section aria-label={t("label")} className="overflow-hidden rounded-lg border bg-surface-raised">
      <Head phone={phone} contact={contact} />
      <div ref={wall} className="max-h-[calc(100dvh-13rem)] overflow-y-auto">
        <WhatsappWall className="min-h-64 rounded-none border-0 px-5 py-5">
          {sentIds.map((id) => (
            <Sent key={id} id={id} />
          ))}
          {count > 0 ? <Divider>{t("draft")}</Divider> : null}
          {template ? (
            <TemplatePreview template={template} values={values} file={files[0] && shownFile(files[0])} at={now} />
          ) : (
            <Written text={text ?? ""} files={files} at={now} />
          )}
        </WhatsappWall>
      </div>
    </section>
  );
}

/** One bubble for each message that it becomes. */
function Written({ text, files, at }: { text: string; files: readonly MediaFile[]; at: Date }) {
  const uploaded = files.map((file, key) => ({ key, name: file.id, uploaded: file }));
  const parts = answerParts(text, uploaded);
  if (parts.length === 0) return <WhatsappBubble body="" at={null} />;
  return parts.map(({ says: { message, media }, file: place }) => {
    const file = place === undefined ? undefined : files[place];
    if (!file) return <WhatsappBubble key="text" body={message ?? ""} at={at} />;
    return (
      <WhatsappBubble key={file.id} header={{ type: file.type, file: shownFile(file) }} body={media?.caption ?? ""} at={at} />
    );
  });
}

function Head({ phone, contact }: Pick<PreviewProps, "phone" | "contact">) {
  const t = useTranslations("compose.preview");
  const number = phone ? formatPhone(phone) : null;
  const known = nameOf(contact?.name, phone);
  const name = known ?? number ?? t("nobody");
  return (
    <div className="flex items-center gap-3 border-b px-4 py-2.5">
      {known ? (
        <Avatar name={known} />
      ) : (
        <span className="grid size-6 shrink-0 place-items-center rounded-full bg-surface-sunken text-muted">
          <UserRound className="size-3.5" aria-hidden />
        </span>
      )}
      <div className="grid min-w-0">
        <p className="truncate font-medium text-sm">{name}</p>
        {known && number ? <p className="text-muted text-xs tabular-nums">{number}</p> : null}
      </div>
    </div>
  );
}

function Divider({ children }: { children: ReactNode }) {
  return (
    <p className="mx-auto my-1 w-fit rounded-sm bg-(--whatsapp-in) px-2 py-0.5 text-(--whatsapp-muted) text-xs">{children}</p>
  );
}

function Sent({ id }: { id: string }) {
  const t = useTranslations("compose.preview");
  const failureText = useFailureText();
  const { data: message } = useMessage(id);
  if (!message) return <Skeleton className="ml-auto h-14 w-56" />;
  const failed = message.status === "failed" && message.error;
  return (
    <div className="grid justify-items-end gap-1">
      <MessageBubble message={message} />
      <p
        className="flex max-w-full flex-wrap items-center justify-end gap-x-2 rounded-sm bg-surface-raised px-2 py-0.5 text-xs"
        aria-live="polite"
      >
        <StatusBadge kind="message" status={message.status} plain />
        {failed ? <span>{failureText(failed).title}</span> : null}
        <Link href={`/messages/${id}`} className="text-accent underline-offset-4 hover:underline">
          {t("details")}
        </Link>
      </p>
    </div>
  );
}
