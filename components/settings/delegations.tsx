"use client";

import { useTranslations } from "next-intl";
import { ErrorNote } from "@/components/shared/error-note";
import { Time } from "@/components/shared/time";
import { Radio, RadioGroup } from "@/components/ui/radio";
import { Skeleton } from "@/components/ui/skeleton";
import type { Delegations, TokenFate } from "@/lib/organizations/schema";

type DelegationsShownProps = {
  query: { data?: Delegations; isPending: boolean; error: unknown; refetch: () => unknown };
  fate: TokenFate;
  onFate: (fate: TokenFate) => void;
  /** Somebody who leaves cannot keep their own. */
  canKeep: boolean;
};

/** What ends with somebody's authority, named; and whether API tokens go on as the asker's own. */
export function DelegationsShown({ query, fate, onFate, canKeep }: DelegationsShownProps) {
  const t = useTranslations("settings.delegations");
  const roles = useTranslations("shell.roles");
  if (query.isPending) return <Skeleton className="h-10 w-full" />;
  if (query.error || !query.data) {
    return <ErrorNote error={query.error} title={t("failed")} onRetry={() => void query.refetch()} />;
  }
  const { tokens, invitations, passwordLinks } = query.data;
  if (tokens.length + invitations.length + passwordLinks.length === 0) return null;
  return (
    <div className="grid gap-3 text-sm">
      {invitations.length + passwordLinks.length > 0 ? (
        <div className="grid gap-1">
          <p className="font-medium">{t("ends")}</p>
          <ul className="grid list-disc gap-0.5 pl-5 text-muted">
            {invitations.map(({ id, email, role }) => (
              <li key={id}>{t("invitation", { email, role: roles(role) })}</li>
            ))}
            {passwordLinks.map(({ id, member }) => (
              <li key={id}>{t("passwordLink", { name: member.name })}</li>
            ))}
          </ul>
        </div>
      ) : null}
      {tokens.length > 0 ? (
        <div className="grid gap-2">
          <p className="font-medium">{t("tokens", { count: tokens.length })}</p>
          <ul className="grid max-h-40 list-disc gap-0.5 overflow-y-auto pl-5 text-muted">
            {tokens.map(({ id, name, hint, lastUsedAt }) => (
              <li key={id}>
                <span className="text-foreground">{name}</span> <span className="font-mono text-xs">{hint}…</span>{" "}
                {lastUsedAt ? t.rich("used", { at: () => <Time at={lastUsedAt} /> }) : t("unused")}
              </li>
            ))}
          </ul>
          {canKeep ? (
            <RadioGroup value={fate} onValueChange={(value) => onFate(value === "keep" ? "keep" : "revoke")}>
              <Radio value="revoke" label={t("revoke.label")} hint={t("revoke.hint")} />
              <Radio value="keep" label={t("keep.label")} hint={t("keep.hint")} />
            </RadioGroup>
          ) : (
            <p className="text-muted">{t("revoked")}</p>
          )}
        </div>
      ) : null}
    </div>
  );
}
