"use client";

import { useTranslations } from "next-intl";
import { CodeBlock } from "@/components/shared/code-block";
import { CopyButton } from "@/components/shared/copy-button";
import { Button } from "@/components/ui/button";
import type { CreatedApiToken } from "@/lib/organizations/schema";

type NewTokenShownProps = { created: CreatedApiToken; apiUrl: string; onClose: () => void };

/** The only time the token is seen. It goes when the page is left. */
export function NewTokenShown({ created, apiUrl, onClose }: NewTokenShownProps) {
  const t = useTranslations("settings.tokens.shown");
  return (
    <div role="status" className="grid gap-3 rounded-lg border border-accent bg-surface-raised p-4">
      <div className="flex flex-wrap items-start justify-between gap-2">
        <div className="grid gap-0.5">
          <p className="font-medium text-base">{t("title", { name: created.name })}</p>
          <p className="text-muted text-sm">{t("description")}</p>
        </div>
        <Button size="sm" onClick={onClose}>
          {t("close")}
        </Button>
      </div>
      <div className="flex flex-wrap items-center gap-2 rounded-lg border bg-surface p-2 pl-3">
        <code className="min-w-0 flex-1 break-all font-mono text-xs">{created.token}</code>
        <CopyButton value={created.token} label={t("copy")} variant="primary" />
      </div>
      <CodeBlock title="curl" code={`curl ${apiUrl}/api/v1/me \\\n  -H "Authorization: Bearer ${created.token}"`} />
    </div>
  );
}
