"use client";

import { Ban, PenLine, RotateCcw, Send } from "lucide-react";
import { useRouter, useSearchParams } from "next/navigation";
import { useTranslations } from "next-intl";
import { composeHref } from "@/components/compose/address";
import { ConfirmDialog } from "@/components/shared/confirm-dialog";
import { useCan } from "@/components/shell/session";
import { Button } from "@/components/ui/button";
import { Link } from "@/components/ui/link";
import { toast } from "@/components/ui/toast";
import type { MessageDetail } from "@/lib/messages/schema";
import { formatPhone } from "@/lib/phone-format";
import { useCancelMessage, useResendMessage, useSendNow } from "./queries";

/** What may be done with a message in its present state. */
export function MessageActions({ message }: { message: MessageDetail }) {
  const t = useTranslations("messages");
  const can = useCan();
  if (!can("messages:write")) return null;
  const { status } = message;
  return (
    <>
      <Button asChild>
        <Link href={composeHref(message)}>
          <PenLine aria-hidden />
          {t("writeAgain")}
        </Link>
      </Button>
      {message.canSendNow ? <SendNow message={message} /> : null}
      {status === "queued" || status === "scheduled" ? <Cancel message={message} /> : null}
      {message.canResend ? <Resend message={message} /> : null}
    </>
  );
}

function SendNow({ message }: { message: MessageDetail }) {
  const t = useTranslations("messages.sendNow");
  const sendNow = useSendNow(message.id);
  return (
    <ConfirmDialog
      trigger={
        <Button>
          <Send aria-hidden />
          {t("action")}
        </Button>
      }
      title={t("title", { who: message.contactName ?? formatPhone(message.phoneNumber ?? message.userId ?? "") })}
      description={t("description")}
      action={t("action")}
      onConfirm={async () => {
        await sendNow.mutateAsync();
        toast.success(t("done"));
      }}
    />
  );
}

function Cancel({ message }: { message: MessageDetail }) {
  const t = useTranslations("messages.cancel");
  const cancel = useCancelMessage(message.id);
  return (
    <ConfirmDialog
      trigger={
        <Button variant="danger-ghost">
          <Ban aria-hidden />
          {t("action")}
        </Button>
      }
      title={t("title", { who: message.contactName ?? formatPhone(message.phoneNumber ?? message.userId ?? "") })}
      description={t("description")}
      action={t("action")}
      keep={t("keep")}
      onConfirm={async () => {
        await cancel.mutateAsync();
        toast.success(t("done"));
      }}
    />
  );
}

function Resend({ message }: { message: MessageDetail }) {
  const t = useTranslations("messages.resend");
  const router = useRouter();
  const search = useSearchParams().toString();
  const resend = useResendMessage(message.id);
  const unknown = message.status === "unknown" || message.error?.reason === "outcome_unknown";
  return (
    <ConfirmDialog
      trigger={
        <Button variant="primary">
          <RotateCcw aria-hidden />
          {t("action")}
        </Button>
      }
      title={t("title", { who: message.contactName ?? formatPhone(message.phoneNumber ?? message.userId ?? "") })}
      description={t(unknown ? "unknown" : "description")}
      tone={unknown ? "danger" : "primary"}
      action={t(unknown ? "anyway" : "action")}
      onConfirm={async () => {
        const accepted = await resend.mutateAsync();
        toast.success(t("done"));
        router.push(`/messages/${accepted.id}${search ? `?${search}` : ""}`, { scroll: false });
      }}
    />
  );
}
