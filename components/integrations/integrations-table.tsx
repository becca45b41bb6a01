"use client";

import { Plug } from "lucide-react";
import { useTranslations } from "next-intl";
import { useMemo } from "react";
import { CodeBlock } from "@/components/shared/code-block";
import type { ColumnDef } from "@/components/shared/columns";
import { DataTable } from "@/components/shared/data-table";
import { EmptyState } from "@/components/shared/empty-state";
import { Num } from "@/components/shared/number";
import { PageHeader } from "@/components/shared/page-header";
import { StatusBadge, useStatusLabel } from "@/components/shared/status-badge";
import { Time } from "@/components/shared/time";
import { useCan } from "@/components/shell/session";
import { Badge } from "@/components/ui/badge";
import { Button } from "@/components/ui/button";
import { Link } from "@/components/ui/link";
import type { Page } from "@/lib/http/paging";
import type { Integration } from "@/lib/integrations/schema";
import { useIntegrations } from "./queries";

export function IntegrationsTable({ firstPage, apiUrl }: { firstPage: Page<Integration>; apiUrl: string }) {
  const t = useTranslations("integrations");
  const can = useCan();
  const status = useStatusLabel("integration");
  const query = useIntegrations(firstPage);
  const columns = useMemo<ColumnDef<Integration>[]>(
    () => [
      {
        id: "name",
        accessorKey: "name",
        meta: { label: t("columns.name"), card: "title" },
        cell: ({ row: { original } }) => (
          <span className="flex min-w-0 flex-wrap items-center gap-2">
            <span className="truncate">{original.name}</span>
            {original.isDefault ? <Badge>{t("default")}</Badge> : null}
          </span>
        ),
      },
      {
        id: "kind",
        accessorFn: (row) => t(row.config.sandbox ? "kind.sandbox" : "kind.meta"),
        meta: { label: t("columns.kind"), className: "w-28" },
        cell: ({ row }) => t(row.original.config.sandbox ? "kind.sandbox" : "kind.meta"),
      },
      {
        id: "number",
        accessorFn: (row) => row.phone.displayPhoneNumber,
        meta: { label: t("columns.number"), className: "w-44" },
        cell: ({ row: { original } }) =>
          original.phone.displayPhoneNumber ? (
            <span className="whitespace-nowrap tabular-nums">{original.phone.displayPhoneNumber}</span>
          ) : (
            <span className="text-muted">–</span>
          ),
      },
      {
        id: "status",
        accessorFn: (row) => status(row.status),
        meta: { label: t("columns.status"), className: "w-36", card: "aside" },
        cell: ({ row }) => <StatusBadge kind="integration" status={row.original.status} />,
      },
      {
        id: "quality",
        accessorFn: (row) => row.phone.qualityRating,
        meta: { label: t("columns.quality"), className: "w-40" },
        cell: ({ row }) => <StatusBadge kind="quality" status={row.original.phone.qualityRating ?? "UNKNOWN"} plain />,
      },
      {
        id: "rate",
        accessorFn: (row) => row.ratePerSecond.effective,
        meta: { label: t("columns.rate"), className: "w-28", align: "right" },
        cell: ({ row }) => (
          <span>{t.rich("facts.perSecond", { rate: () => <Num value={row.original.ratePerSecond.effective} /> })}</span>
        ),
      },
      {
        id: "lastWebhook",
        accessorKey: "lastWebhookAt",
        meta: { label: t("columns.lastWebhook"), className: "w-40", align: "right" },
        cell: ({ row }) => <Time at={row.original.lastWebhookAt} className="text-muted" />,
      },
    ],
    [t, status],
  );
  const connect = can("integrations:write") ? (
    <Button asChild variant="primary">
      <Link href="/integrations/new">
        <Plug aria-hidden />
        {t("connect")}
      </Link>
    </Button>
  ) : null;
  return (
    <>
      <PageHeader title={t("title")} description={t("description")} actions={connect} />
      <DataTable
        label={t("title")}
        name="integrations"
        columns={columns}
        query={query}
        rowId={(row) => row.id}
        rowHref={(row) => `/integrations/${row.id}`}
        empty={
          <EmptyState icon={Plug} title={t("empty.title")} description={t("empty.description")} action={connect}>
            <CodeBlock title="curl" code={createCurl(apiUrl)} />
          </EmptyState>
        }
      />
    </>
  );
}

function createCurl(apiUrl: string): string {
  return `curl -X POST ${apiUrl}/api/v1/integrations \\
  -H "Authorization: Bearer YOUR_TOKEN" \\
  -H "Content-Type: application/json" \\
  -d '{ "provider": "meta", "category": "whatsapp", "apiKey": "your-meta-access-token", "config": { "sandbox": true } }'`;
}
