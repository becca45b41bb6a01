"use client";

import { LayoutTemplate, SendHorizontal } from "lucide-react";
import { useTranslations } from "next-intl";
import { type FormEvent, type KeyboardEvent, useMemo, useState } from "react";
import { composeHref } from "@/components/compose/address";
import { AttachButton, AttachmentList, DropZone } from "@/components/compose/attachment-list";
import { answerParts, saysText, useAttachments } from "@/components/compose/attachments";
import { NOT_WRITTEN, newIdempotencyKey, useCheck, useSend } from "@/components/compose/queries";
import { useDraft } from "@/components/compose/use-draft";
import { ErrorNote } from "@/components/shared/error-note";
import { Note } from "@/components/shared/note";
import { Time } from "@/components/shared/time";
import { Button } from "@/components/ui/button";
import { Link } from "@/components/ui/link";
import { Textarea } from "@/components/ui/textarea";
import type { Conversation } from "@/lib/conversations/schema";
import { MESSAGE_LIMITS, textLength } from "@/lib/whatsapp/text-length";

const MOST_FILES = 10;

/** Free text and files while the 24 hours are open. What is half written stays until it is sent. */
export function AnswerBox({ conversation }: { conversation: Conversation }) {
  const t = useTranslations("conversations.answer");
  const { id, contactId, integrationId } = conversation;
  const [text, setText] = useState("");
  const [key, setKey] = useState(newIdempotencyKey);
  const send = useSend();
  const draft = useDraft(id, { mode: "text", text, values: {} }, (left) => setText(left.text));
  const excess = textLength(text) - MESSAGE_LIMITS.textBody;
  const files = useAttachments(integrationId, { most: MOST_FILES });
  const isWritten = text.trim() !== "" || files.list.length > 0;
  const canSend = isWritten && files.isWhole && excess <= 0 && !send.isPending;

  async function submit(event?: FormEvent) {
    event?.preventDefault();
    if (!canSend) return;
    const parts = answerParts(text, files.list);
    try {
      for (const { says, file } of parts) {
        await send.mutateAsync({ body: { contactId, integrationId, ...says }, key: `${key}-${file ?? "text"}` });
        // What has gone is not sent again when the next one fails.
        if (file !== undefined) files.remove(file);
        if (saysText(says)) setText("");
      }
      setKey(newIdempotencyKey());
      draft.drop();
    } catch (error) {
      // The server has decided; another press is another attempt.
      if (error instanceof Error && "status" in error && error.status !== 0) setKey(newIdempotencyKey());
    }
  }

  function onKeyDown(event: KeyboardEvent) {
    if (event.key !== "Enter" || event.shiftKey || event.nativeEvent.isComposing) return;
    event.preventDefault();
    void submit();
  }

  return (
    <DropZone attachments={files} className="shrink-0">
      <form onSubmit={submit} className="grid shrink-0 gap-2 border-t bg-surface px-4 py-3 max-md:px-3" noValidate>
        <Obstacles conversation={conversation} />
        {send.error ? <ErrorNote error={send.error} title={t("notSent")} /> : null}
        {excess > 0 ? (
          <p role="alert" className="text-danger text-xs">
            {t("tooLong", { count: excess, limit: MESSAGE_LIMITS.textBody })}
          </p>
        ) : null}
        <AttachmentList attachments={files} />
        <div className="flex items-end gap-2">
          <AttachButton attachments={files} className="size-10 px-0" />
          <Textarea
            aria-label={t("label")}
            aria-invalid={excess > 0}
            placeholder={t("placeholder")}
            title={t("keys")}
            rows={1}
            className="max-h-40 min-h-10 resize-none py-2"
            value={text}
            onChange={(event) => setText(event.target.value)}
            onKeyDown={onKeyDown}
          />
          <Button
            type="submit"
            variant="primary"
            className="size-10 px-0"
            loading={send.isPending}
            disabled={!canSend}
            aria-label={t("send")}
          >
            {send.isPending ? null : <SendHorizontal aria-hidden />}
          </Button>
        </div>
      </form>
    </DropZone>
  );
}

/** What stands against any answer, before one is written: an opt-out, a paused number, business hours. */
function Obstacles({ conversation: { contactId, integrationId, phoneNumber } }: { conversation: Conversation }) {
  const t = useTranslations("conversations.answer");
  const errors = useTranslations("errors");
  const { data } = useCheck(useMemo(() => ({ contactId, integrationId, message: NOT_WRITTEN }), [contactId, integrationId]));
  if (!data) return null;
  if (data.ok) {
    if (!data.scheduledFor) return null;
    const at = data.scheduledFor;
    return <p className="text-muted text-xs">{t.rich("waits", { at: () => <Time at={at} format="short" /> })}</p>;
  }
  return (
    <Note
      tone="warning"
      title={t("blocked")}
      action={
        <Button asChild size="sm">
          <Link href={composeHref({ contactId, phoneNumber, integrationId })}>{t("compose")}</Link>
        </Button>
      }
    >
      {data.reasons.map(({ code, message }) => (
        <p key={code}>{errors.has(code as never) ? errors(code as never) : message}</p>
      ))}
    </Note>
  );
}

/** The 24 hours are over: the way to a template. */
export function OnlyTemplates({ conversation: { contactId, phoneNumber, integrationId } }: { conversation: Conversation }) {
  const t = useTranslations("conversations.window");
  return (
    <div className="flex shrink-0 flex-wrap items-center justify-between gap-x-4 gap-y-2 border-t bg-surface px-4 py-3 text-sm max-md:px-3">
      <div className="min-w-0 flex-1 basis-64">
        <p className="font-medium">{t("closedTitle")}</p>
        <p className="text-muted text-xs">{t("closedText")}</p>
      </div>
      <Button asChild variant="primary" className="max-md:w-full">
        <Link href={composeHref({ contactId, phoneNumber, integrationId, mode: "template" })}>
          <LayoutTemplate aria-hidden />
          {t("chooseTemplate")}
        </Link>
      </Button>
    </div>
  );
}
