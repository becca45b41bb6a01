"use client";

import { RefreshCw } from "lucide-react";
import { useTranslations } from "next-intl";
import { useEffect, useRef } from "react";
import { useIntegrationNames } from "@/components/messages/queries";
import { useAddress } from "@/components/shared/address";
import { ErrorNote } from "@/components/shared/error-note";
import { Note } from "@/components/shared/note";
import { useCan } from "@/components/shell/session";
import { Button, type ButtonProps } from "@/components/ui/button";
import type { SyncReport } from "@/lib/templates/schema";
import { useSyncTemplates } from "./queries";

type Sync = ReturnType<typeof useSyncTemplates>;

const ADDRESS = ["sync"] as const;

/** The synchronization of a page; it starts by itself when the address asks for it (`?sync=1`). */
export function useSync(): Sync {
  const sync = useSyncTemplates();
  const can = useCan();
  const [{ sync: asked }, setAddress] = useAddress(ADDRESS);
  const started = useRef(false);
  const { mutate } = sync;
  const allowed = can("templates:write");
  useEffect(() => {
    if (asked === null || started.current) return;
    started.current = true;
    setAddress({ sync: null });
    if (allowed) mutate();
  }, [asked, allowed, mutate, setAddress]);
  return sync;
}

export function SyncButton({ sync, ...props }: { sync: Sync } & ButtonProps) {
  const t = useTranslations("templates");
  const can = useCan();
  if (!can("templates:write")) return null;
  return (
    <Button loading={sync.isPending} onClick={() => sync.mutate()} {...props}>
      {sync.isPending ? null : <RefreshCw aria-hidden />}
      {t("sync")}
    </Button>
  );
}

/** What the synchronization found, or why it did not work. */
export function SyncResult({ sync, className }: { sync: Sync; className?: string }) {
  const t = useTranslations("templates.synced");
  if (sync.error) return <ErrorNote error={sync.error} title={t("failed")} onRetry={() => sync.mutate()} className={className} />;
  if (!sync.data) return null;
  return <Report report={sync.data} onClose={sync.reset} className={className} />;
}

function Report({ report, onClose, className }: { report: SyncReport; onClose: () => void; className?: string }) {
  const t = useTranslations("templates.synced");
  const common = useTranslations("common");
  const nameOf = useIntegrationNames();
  const failed = report.failures.length > 0;
  const { added, changed, removed, synced } = report;
  const nothing = added + changed + removed === 0;
  return (
    <div role="status" className={className}>
      <Note
        tone={failed ? "warning" : "success"}
        title={failed && synced === 0 ? t("failed") : t("title", { count: synced })}
        action={
          <Button size="sm" onClick={onClose}>
            {common("close")}
          </Button>
        }
      >
        {synced > 0 ? <p>{nothing ? t("unchanged") : t("counts", { added, changed, removed })}</p> : null}
        {report.failures.map((failure) => (
          <p key={failure.integrationId}>
            <span className="font-medium text-foreground">{nameOf(failure.integrationId)}</span>: {failure.message}
          </p>
        ))}
      </Note>
    </div>
  );
}
