"use client";

import { useRouter, useSearchParams } from "next/navigation";
import { useTranslations } from "next-intl";
import { ErrorNote } from "@/components/shared/error-note";
import { StatusBadge } from "@/components/shared/status-badge";
import { Sheet, SheetContent } from "@/components/ui/sheet";
import { Skeleton } from "@/components/ui/skeleton";
import { ApiError } from "@/lib/http/client";
import type { MessageDetail } from "@/lib/messages/schema";
import { formatPhone } from "@/lib/phone-format";
import { MessageActions } from "./message-actions";
import { MessageView } from "./message-view";
import { useMessage } from "./queries";

/** One message beside the list, at its own address; closing it leads back to the list as it was filtered. */
export function MessagePanel({ id, message: initial }: { id: string; message?: MessageDetail }) {
  const t = useTranslations("messages");
  const router = useRouter();
  const search = useSearchParams().toString();
  const { data: message, error, refetch } = useMessage(id, initial);
  const title = message ? (message.contactName ?? formatPhone(message.phoneNumber ?? message.userId ?? "")) : t("one");
  return (
    <Sheet open onOpenChange={(open) => open || router.push(`/messages${search ? `?${search}` : ""}`, { scroll: false })}>
      <SheetContent
        title={title}
        description={message?.contactName ? formatPhone(message.phoneNumber ?? message.userId ?? "") : undefined}
        actions={message ? <StatusBadge kind="message" status={message.status} className="mt-0.5" /> : null}
        footer={message ? <MessageActions message={message} /> : null}
      >
        {message ? (
          <div className="grid gap-5">
            {error ? <ErrorNote error={error} title={t("notUpdated")} onRetry={() => void refetch()} /> : null}
            <MessageView message={message} />
          </div>
        ) : error ? (
          <ErrorNote error={error} title={t("failedToLoad")} onRetry={isGone(error) ? undefined : () => void refetch()} />
        ) : (
          <PanelSkeleton />
        )}
      </SheetContent>
    </Sheet>
  );
}

function isGone(error: unknown): boolean {
  return error instanceof ApiError && error.status === 404;
}

function PanelSkeleton() {
  const t = useTranslations("common");
  return (
    <div role="status" aria-label={t("loading")} className="grid gap-5">
      <Skeleton className="h-36 w-full" />
      <Skeleton className="h-4 w-1/3" />
      <Skeleton className="h-4 w-2/3" />
      <Skeleton className="h-4 w-1/2" />
      <Skeleton className="h-40 w-full" />
    </div>
  );
}
