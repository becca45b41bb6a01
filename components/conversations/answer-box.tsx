"use client";

import { LayoutTemplate, SendHorizontal } from "lucide-react";
import { useTranslations } from "next-intl";
import { type FormEvent, type KeyboardEvent, type ReactNode, useMemo, useState } from "react";
import { composeHref } from "@/components/compose/address";
import { AttachButton, AttachmentList, DropZone } from "@/components/compose/attachment-list";
import { answerParts, saysText, useAttachments } from "@/components/compose/attachments";
import { NOT_WRITTEN, newIdempotencyKey, useCheck } from "@/components/compose/queries";
import { useDraft } from "@/components/compose/use-draft";
import { ErrorNote } from "@/components/shared/error-note";
import { Note } from "@/components/shared/note";
import { Time } from "@/components/shared/time";
import { Button } from "@/components/ui/button";
import { Link } from "@/components/ui/link";
import { Textarea } from "@/components/ui/textarea";
import type { Conversation } from "@/lib/conversations/schema";
import { ApiError } from "@/lib/http/client";
import { MESSAGE_LIMITS, textLength } from "@/lib/whatsapp/text-length";
import { useAnswer } from "./queries";
import { SavedReplies } from "./saved-replies";

const MOST_FILES = 10;

/**
 * Free text and files while the 24 hours are open. What is half written stays until it is sent. What somebody else answered since the
 * writing began holds it up, with both texts shown.
 */
export function AnswerBox({ conversation, aside }: { conversation: Conversation; aside?: ReactNode }) {
  const t = useTranslations("conversations.answer");
  const { id, integrationId, lastAnswerId } = conversation;
  const [text, setText] = useState("");
  const [key, setKey] = useState(newIdempotencyKey);
  /** The newest answer when the writing began. */
  const [began, setBegan] = useState<{ lastAnswerId: string | null } | null>(null);
  const send = useAnswer(id);
  const draft = useDraft(id, { mode: "text", text, values: {} }, (left) => setText(left.text));
  const excess = textLength(text) - MESSAGE_LIMITS.textBody;
  const files = useAttachments(integrationId, { most: MOST_FILES });
  const isWritten = text.trim() !== "" || files.list.length > 0;
  if (isWritten && began === null) setBegan({ lastAnswerId });
  if (!isWritten && began !== null) setBegan(null);
  const answers = answersIn(send.error);
  const canSend = isWritten && files.isWhole && excess <= 0 && !send.isPending;

  async function submit(event?: FormEvent, seen = began ? began.lastAnswerId : lastAnswerId) {
    event?.preventDefault();
    if (!canSend) return;
    try {
      let latest = seen;
      for (const { says, file } of answerParts(text, files.list)) {
        const { id: answerId } = await send.mutateAsync({ says, lastAnswerId: latest, key: `${key}-${file ?? "text"}` });
        // The next part follows our own.
        latest = answerId;
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
        {answers.length > 0 ? (
          <HeldUp
            answers={answers}
            onSend={() => void submit(undefined, answers.at(-1)?.id ?? null)}
            onDiscard={() => {
              setText("");
              for (const one of files.list) files.remove(one.key);
              draft.drop();
              send.reset();
            }}
          />
        ) : send.error ? (
          <ErrorNote error={send.error} title={t("notSent")} />
        ) : null}
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
            id="answer"
            onChange={(event) => setText(event.target.value)}
            onKeyDown={onKeyDown}
          />
          <SavedReplies
            conversation={conversation}
            onChoose={(reply) => {
              setText(text.trim() === "" ? reply : `${text.trimEnd()}\n${reply}`);
              document.getElementById("answer")?.focus();
            }}
          />
          {aside}
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

/** What others wrote meanwhile, beside one's own words, which still stand below. */
function HeldUp({ answers, onSend, onDiscard }: { answers: OtherAnswer[]; onSend: () => void; onDiscard: () => void }) {
  const t = useTranslations("conversations.heldUp");
  return (
    <div role="alert">
      <Note
        tone="warning"
        title={t("title")}
        action={
          <span className="flex gap-2">
            <Button size="sm" onClick={onDiscard}>
              {t("discard")}
            </Button>
            <Button size="sm" variant="primary" onClick={onSend}>
              {t("send")}
            </Button>
          </span>
        }
      >
        {answers.map(({ id, text, by, createdAt }) => (
          <p key={id}>
            <span className="font-medium text-foreground">{by ?? t("other")}</span>, <Time at={createdAt} format="clock" />:{" "}
            <q className="whitespace-pre-wrap">{text}</q>
          </p>
        ))}
      </Note>
    </div>
  );
}

type OtherAnswer = { id: string; text: string; by: string | null; createdAt: string };

function answersIn(error: unknown): OtherAnswer[] {
  if (!(error instanceof ApiError) || error.code !== "conflict") return [];
  const { details } = error;
  return typeof details === "object" && details !== null && "answers" in details && Array.isArray(details.answers)
    ? details.answers
    : [];
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
export function OnlyTemplates({ conversation, aside }: { conversation: Conversation; aside?: ReactNode }) {
  const { contactId, phoneNumber, integrationId } = conversation;
  const t = useTranslations("conversations.window");
  return (
    <div className="flex shrink-0 flex-wrap items-center justify-between gap-x-4 gap-y-2 border-t bg-surface px-4 py-3 text-sm max-md:px-3">
      <div className="min-w-0 flex-1 basis-64">
        <p className="font-medium">{t("closedTitle")}</p>
        <p className="text-muted text-xs">{t("closedText")}</p>
      </div>
      {aside}
      <Button asChild variant="primary" className="max-md:w-full">
        <Link href={composeHref({ contactId, phoneNumber, integrationId, mode: "template" })}>
          <LayoutTemplate aria-hidden />
          {t("chooseTemplate")}
        </Link>
      </Button>
    </div>
  );
}
