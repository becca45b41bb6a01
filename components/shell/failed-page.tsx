"use client";

import { CircleAlert } from "lucide-react";
import { useTranslations } from "next-intl";
import { EmptyState } from "@/components/shared/empty-state";
import { Button } from "@/components/ui/button";

/** A page that could not be drawn: says that nothing changed, offers again, gives the reference for the log. */
export function FailedPage({ error, retry }: { error: unknown; retry: () => void }) {
  const t = useTranslations();
  const digest = error instanceof Error && "digest" in error && typeof error.digest === "string" ? error.digest : undefined;
  return (
    <div role="alert">
      <EmptyState
        icon={CircleAlert}
        heading="h1"
        title={t("shell.failed.title")}
        description={t("shell.failed.description")}
        action={
          <Button variant="primary" onClick={retry}>
            {t("common.retry")}
          </Button>
        }
        className="py-24"
      >
        {digest ? <p className="text-center font-mono text-muted text-xs">{t("shell.failed.reference", { digest })}</p> : null}
      </EmptyState>
    </div>
  );
}
