"use client";

import { KeyRound } from "lucide-react";
import { useRouter } from "next/navigation";
import { useTranslations } from "next-intl";
import { useMemo, useState } from "react";
import type { ColumnDef } from "@/components/shared/columns";
import { ConfirmDialog } from "@/components/shared/confirm-dialog";
import { DataTable } from "@/components/shared/data-table";
import { EmptyState } from "@/components/shared/empty-state";
import { Time, useClock } from "@/components/shared/time";
import { useCan } from "@/components/shell/session";
import { Badge } from "@/components/ui/badge";
import { Button } from "@/components/ui/button";
import { toast } from "@/components/ui/toast";
import type { ApiToken, CreatedApiToken, TokenFate } from "@/lib/organizations/schema";
import { CreateTokenDialog } from "./create-token-dialog";
import { DelegationsShown } from "./delegations";
import { NewTokenShown } from "./new-token-shown";
import { useRevokeToken, useToken, useTokens } from "./queries";

const SHOWN_SCOPES = 3;

type TokensPageProps = { apiUrl: string /** The address asks for the form: `?new=1`. */; isCreating: boolean };

export function TokensPage({ apiUrl, isCreating }: TokensPageProps) {
  const t = useTranslations("settings.tokens");
  const router = useRouter();
  const canWrite = useCan()("tokens:write");
  const query = useTokens();
  const [revoking, setRevoking] = useState<ApiToken | null>(null);
  const now = useClock();
  const [created, setCreated] = useState<CreatedApiToken | null>(null);
  const setCreating = (open: boolean) => router.replace(open ? "/settings/tokens?new=1" : "/settings/tokens", { scroll: false });
  const nowMs = now.getTime();
  const columns = useMemo<ColumnDef<ApiToken>[]>(
    () => [
      {
        id: "name",
        accessorKey: "name",
        meta: { label: t("columns.name"), card: "title" },
        cell: ({ row: { original } }) => (
          <span className="grid min-w-0 py-1">
            <span className="truncate font-medium">{original.name}</span>
            <span className="font-mono text-muted text-xs">{original.hint}…</span>
          </span>
        ),
      },
      {
        id: "scopes",
        accessorFn: (row) => row.scopes.join(" "),
        meta: { label: t("columns.scopes") },
        cell: ({ row: { original } }) => (
          <span className="flex flex-wrap gap-1 max-md:justify-end">
            {original.scopes.slice(0, SHOWN_SCOPES).map((scope) => (
              <Badge key={scope} className={scope === "*" ? undefined : "font-mono"}>
                {scope === "*" ? t("scopes.all.label") : scope}
              </Badge>
            ))}
            {original.scopes.length > SHOWN_SCOPES ? (
              <Badge title={original.scopes.slice(SHOWN_SCOPES).join(", ")}>
                {t("moreScopes", { count: original.scopes.length - SHOWN_SCOPES })}
              </Badge>
            ) : null}
          </span>
        ),
      },
      {
        id: "lastUsedAt",
        accessorKey: "lastUsedAt",
        meta: { label: t("columns.lastUsed"), className: "w-40" },
        cell: ({ row }) =>
          row.original.lastUsedAt ? (
            <Time at={row.original.lastUsedAt} className="text-muted" />
          ) : (
            <span className="text-muted">{t("neverUsed")}</span>
          ),
      },
      {
        id: "expiresAt",
        accessorKey: "expiresAt",
        meta: { label: t("columns.expires"), className: "w-40" },
        cell: ({ row: { original } }) =>
          !original.expiresAt ? (
            <span className="text-muted">{t("neverExpires")}</span>
          ) : Date.parse(original.expiresAt) < nowMs ? (
            <Badge tone="danger">{t("expired")}</Badge>
          ) : (
            <Time at={original.expiresAt} format="date" className="text-muted" />
          ),
      },
      {
        id: "createdBy",
        accessorFn: (row) => row.createdBy?.name ?? "",
        meta: { label: t("columns.createdBy"), className: "w-40" },
        cell: ({ row }) => <span className="truncate text-muted">{row.original.createdBy?.name ?? "–"}</span>,
      },
      {
        id: "createdAt",
        accessorKey: "createdAt",
        meta: { label: t("columns.created"), className: "w-32" },
        cell: ({ row }) => <Time at={row.original.createdAt} format="date" className="text-muted" />,
      },
      ...(canWrite
        ? [
            {
              id: "actions",
              meta: { label: t("columns.actions"), className: "w-28", align: "right", card: "aside", csv: false },
              cell: ({ row: { original } }) => (
                <Button size="sm" variant="danger-ghost" onClick={() => setRevoking(original)}>
                  {t("revoke.action")}
                </Button>
              ),
            } satisfies ColumnDef<ApiToken>,
          ]
        : []),
    ],
    [t, canWrite, nowMs],
  );
  const create = canWrite ? (
    <Button variant="primary" onClick={() => setCreating(true)}>
      <KeyRound aria-hidden />
      {t("create.open")}
    </Button>
  ) : null;
  return (
    <section aria-labelledby="tokens" className="grid gap-3">
      <div className="flex flex-wrap items-center justify-between gap-3">
        <div className="grid gap-0.5">
          <h2 id="tokens" className="font-semibold text-md">
            {t("title")}
          </h2>
          <p className="text-muted text-sm">{t("description")}</p>
        </div>
        {create}
      </div>
      {created ? <NewTokenShown created={created} apiUrl={apiUrl} onClose={() => setCreated(null)} /> : null}
      {revoking ? (
        <RevokeQuestion
          token={revoking}
          onClose={() => setRevoking(null)}
          onRevoked={() => created?.id === revoking.id && setCreated(null)}
        />
      ) : null}
      <CreateTokenDialog open={isCreating && canWrite} onOpenChange={setCreating} onCreated={setCreated} />
      <DataTable
        label={t("title")}
        name="tokens"
        columns={columns}
        query={query}
        rowId={(row) => row.id}
        empty={<EmptyState icon={KeyRound} title={t("empty.title")} description={t("empty.description")} action={create} />}
      />
    </section>
  );
}

type RevokeQuestionProps = { token: ApiToken; onClose: () => void; onRevoked: () => void };

/** Asks the server when the token was last used, and what ends with it: the list may have been read long ago. */
function RevokeQuestion({ token, onClose, onRevoked }: RevokeQuestionProps) {
  const t = useTranslations("settings.tokens.revoke");
  const query = useToken(token.id);
  const revoke = useRevokeToken();
  const [fate, setFate] = useState<TokenFate>("revoke");
  const lastUsedAt = query.data?.lastUsedAt;
  return (
    <ConfirmDialog
      open
      onOpenChange={(open) => open || onClose()}
      disabled={query.isPending}
      title={t("title", { name: token.name })}
      description={
        query.isPending
          ? t("asking")
          : lastUsedAt
            ? t.rich("used", { at: () => <Time at={lastUsedAt} /> })
            : t(query.data ? "unused" : "effect")
      }
      action={t("confirm")}
      onConfirm={async () => {
        await revoke.mutateAsync({ id: token.id, tokens: fate });
        onRevoked();
        toast.success(t("done", { name: token.name }));
      }}
    >
      {query.isPending ? null : <DelegationsShown query={query} fate={fate} onFate={setFate} canKeep />}
    </ConfirmDialog>
  );
}
