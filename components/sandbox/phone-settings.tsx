"use client";

import { PenLine } from "lucide-react";
import { useTranslations } from "next-intl";
import { WindowState } from "@/components/contacts/window-state";
import { CodeBlock } from "@/components/shared/code-block";
import { ErrorNote } from "@/components/shared/error-note";
import { KeyValue, KeyValues } from "@/components/shared/key-value";
import { Phone } from "@/components/shared/phone";
import { useErrorText } from "@/components/shared/use-error-text";
import { useOrigin } from "@/components/shared/use-origin";
import { useCan } from "@/components/shell/session";
import { Button } from "@/components/ui/button";
import { SwitchField } from "@/components/ui/choice";
import { Link } from "@/components/ui/link";
import { Skeleton } from "@/components/ui/skeleton";
import { toast } from "@/components/ui/toast";
import type { SetPhonePresence } from "@/lib/sandbox/schema";
import { useChat, useSetPresence } from "./queries";

/** Airplane mode, read receipts and what else a person decides about their phone. */
export function PhoneSettings({ integrationId, phone }: { integrationId: string; phone: string }) {
  const t = useTranslations("sandbox.settings");
  const can = useCan();
  const origin = useOrigin();
  const explain = useErrorText();
  const { data: chat, error, refetch } = useChat(integrationId, phone);
  const set = useSetPresence(integrationId);
  const disabled = !can("sandbox:write");
  if (error && !chat) return <ErrorNote error={error} title={t("failed")} onRetry={() => void refetch()} />;
  if (!chat) return <Skeleton className="h-64" />;

  const change = (changes: Omit<SetPhonePresence, "phone">) =>
    set.mutate(
      { phone, ...changes },
      { onError: (failure) => toast.error(t("notChanged"), { description: explain(failure).message }) },
    );
  // Free text passes only while the window is open: what is pasted has to work.
  const said = chat.windowClosesAt
    ? `"message": "Hello! This is a test message from Dese EA Plan."`
    : `"template": "order_confirmation",
    "templateParams": { "orderNumber": "ORD-12345", "customerName": "John Doe" }`;
  const curl = `curl -X POST ${origin}/api/v1/crm/whatsapp/send \\
  -H "Authorization: Bearer YOUR_TOKEN" \\
  -H "Content-Type: application/json" \\
  -d '{
    "phoneNumber": "${phone}",
    ${said}
  }'`;

  return (
    <div className="grid gap-5">
      <KeyValues>
        <KeyValue label={t("number")}>
          <Phone number={phone} copy />
        </KeyValue>
        <KeyValue label={t("name")}>{chat.name ?? <span className="text-muted">–</span>}</KeyValue>
        <KeyValue label={t("window")}>
          <WindowState closesAt={chat.windowClosesAt} detail />
        </KeyValue>
      </KeyValues>
      <div className="grid gap-4 border-t pt-4">
        <SwitchField
          label={t("airplane.label")}
          hint={t("airplane.hint")}
          checked={!chat.online}
          onCheckedChange={(on) => change({ online: !on })}
          disabled={disabled}
        />
        <SwitchField
          label={t("receipts.label")}
          hint={t("receipts.hint")}
          checked={chat.readReceipts}
          onCheckedChange={(on) => change({ readReceipts: on })}
          disabled={disabled}
        />
        <SwitchField
          label={t("onWhatsapp.label")}
          hint={t("onWhatsapp.hint")}
          checked={chat.onWhatsapp}
          onCheckedChange={(on) => change({ onWhatsapp: on })}
          disabled={disabled}
        />
        <SwitchField
          label={t("stopped.label")}
          hint={t("stopped.hint")}
          checked={chat.marketingStopped}
          onCheckedChange={(on) => change({ marketingStopped: on })}
          disabled={disabled}
        />
      </div>
      {can("messages:write") ? (
        <div className="grid gap-3 border-t pt-4">
          <div className="flex flex-wrap items-center justify-between gap-3">
            <p className="font-medium text-sm">{t("send")}</p>
            <Button asChild size="sm">
              <Link href={`/compose?to=${encodeURIComponent(phone)}`}>
                <PenLine aria-hidden />
                {t("write")}
              </Link>
            </Button>
          </div>
          <CodeBlock title="curl" code={curl} />
        </div>
      ) : null}
    </div>
  );
}
