"use client";

import { SendHorizontal } from "lucide-react";
import { useTranslations } from "next-intl";
import { CopyButton } from "@/components/shared/copy-button";
import { useErrorText } from "@/components/shared/use-error-text";
import { useCan } from "@/components/shell/session";
import { Button } from "@/components/ui/button";
import { cn } from "@/components/ui/cn";
import { toast } from "@/components/ui/toast";
import { formatPhone } from "@/lib/phone-format";
import { MAGIC_NUMBERS, type MagicKind } from "@/lib/sandbox/magic";
import { useSendToMagic } from "./queries";

type MagicNumbersProps = { integrationId: string; selected: string; onSelect: (phone: string) => void };

/** Recipients that always do the same thing, for trying what the product does about it. */
export function MagicNumbers({ integrationId, selected, onSelect }: MagicNumbersProps) {
  const t = useTranslations("sandbox.magic");
  const can = useCan();
  const maySend = can("messages:write") && can("contacts:write");
  return (
    <div className="grid">
      <p className="border-b px-4 py-3 text-muted text-sm">{t("description")}</p>
      <ul className="max-h-[40rem] overflow-y-auto">
        {MAGIC_NUMBERS.map(({ phone, kind, code }) => (
          <li
            key={phone}
            className={cn(
              "relative flex items-start gap-3 border-b px-4 py-2 last:border-0 hover:bg-surface",
              phone === selected && "bg-accent-subtle hover:bg-accent-subtle",
            )}
          >
            <div className="grid min-w-0 flex-1 gap-0.5">
              <div className="flex flex-wrap items-baseline gap-x-2">
                <button
                  type="button"
                  aria-current={phone === selected ? "true" : undefined}
                  onClick={() => onSelect(phone)}
                  className="font-medium text-sm tabular-nums after:absolute after:inset-0 focus-visible:outline-0 focus-visible:after:-outline-offset-2 focus-visible:after:outline-2 focus-visible:after:outline-focus"
                >
                  {formatPhone(phone)}
                </button>
                {code === null ? null : <span className="font-mono text-muted text-xs">{code}</span>}
              </div>
              <p className="text-muted text-xs">{t(`kinds.${kind}`)}</p>
            </div>
            <CopyButton value={phone} name={formatPhone(phone)} className="relative z-10" />
            {maySend ? (
              <SendButton integrationId={integrationId} phone={phone} kind={kind} onSent={() => onSelect(phone)} />
            ) : null}
          </li>
        ))}
      </ul>
    </div>
  );
}

type SendButtonProps = { integrationId: string; phone: string; kind: MagicKind; onSent: () => void };

/** Sends what shows the number's habit, with the opt-in that it needs. */
function SendButton({ integrationId, phone, kind, onSent }: SendButtonProps) {
  const t = useTranslations("sandbox.magic");
  const explain = useErrorText();
  const send = useSendToMagic(integrationId);
  return (
    <Button
      size="sm"
      className="relative z-10"
      aria-label={t("sendTo", { phone: formatPhone(phone) })}
      loading={send.isPending}
      onClick={() =>
        send.mutate(
          { phone, isMarketing: kind === "marketing_held" || kind === "marketing_stopped", wording: t("wording") },
          {
            onSuccess: onSent,
            onError: (error) => {
              const { message, detail } = explain(error);
              toast.error(t("notSent"), { description: detail ?? message });
            },
          },
        )
      }
    >
      {send.isPending ? null : <SendHorizontal aria-hidden />}
      {t("send")}
    </Button>
  );
}
