"use client";

import { MessagesSquare, PenLine } from "lucide-react";
import { useSearchParams } from "next/navigation";
import { useTranslations } from "next-intl";
import { useMemo } from "react";
import { nameOf, Person } from "@/components/contacts/person";
import { CodeBlock } from "@/components/shared/code-block";
import type { ColumnDef } from "@/components/shared/columns";
import { DataTable } from "@/components/shared/data-table";
import { EmptyState } from "@/components/shared/empty-state";
import { PageHeader } from "@/components/shared/page-header";
import { Phone } from "@/components/shared/phone";
import { StatusBadge, useStatusLabel } from "@/components/shared/status-badge";
import { Time } from "@/components/shared/time";
import { useZone } from "@/components/shared/use-language";
import { useListState } from "@/components/shared/use-list";
import { useOrigin } from "@/components/shared/use-origin";
import { plainWhatsappText } from "@/components/shared/whatsapp-text";
import { useCan } from "@/components/shell/session";
import { useTemplates } from "@/components/templates/queries";
import { Badge } from "@/components/ui/badge";
import { Button } from "@/components/ui/button";
import { Link } from "@/components/ui/link";
import type { Page } from "@/lib/http/paging";
import type { Message } from "@/lib/messages/schema";
import { MESSAGE_SORTS, MESSAGE_STATUSES } from "@/lib/messages/words";
import { DateRange, dayRange, isDay } from "./date-range";
import {
  exportHref,
  MESSAGE_FILTERS,
  messageQuery,
  useAllIntegrations,
  useIntegrationNames,
  useMessages,
  useMessageTotal,
} from "./queries";
import { SelectionActions } from "./selection-actions";
import { WaitingLine, waitingOf } from "./waiting";

const KNOWN = {
  status: (value: string) => MESSAGE_STATUSES.some((one) => one === value),
  from: isDay,
  to: isDay,
  sort: (value: string) => MESSAGE_SORTS.some((one) => one === value),
};

/** Every message with its present state. Stays in place while the panel of one of them is open beside it. */
export function MessagesTable({ firstPage }: { firstPage?: Page<Message> }) {
  const t = useTranslations("messages");
  const can = useCan();
  const state = useListState(MESSAGE_FILTERS, KNOWN);
  const { timeZone } = useZone();
  const search = useSearchParams().toString();
  const matching = messageQuery({ ...state.filters, ...dayRange(timeZone, state.filters.from, state.filters.to) }, state.q);
  const query = useMessages(matching, state.sort, state.active || state.sort ? undefined : firstPage);
  const { data: total } = useMessageTotal(matching);
  const { data: integrations } = useAllIntegrations();
  const columns = useColumns((integrations?.length ?? 0) > 1);
  const filters = useFilters();

  return (
    <>
      <PageHeader title={t("title")} description={t("description")} actions={can("messages:write") ? <WriteButton /> : null} />
      <DataTable
        label={t("title")}
        name="messages"
        columns={columns}
        query={query}
        rowId={(message) => message.id}
        rowHref={(message) => `/messages/${message.id}${search ? `?${search}` : ""}`}
        state={state}
        searchPlaceholder={t("search")}
        filters={filters}
        moreFilters={<DateRange from={state.filters.from ?? ""} to={state.filters.to ?? ""} onChange={state.setFilter} />}
        selection={
          can("messages:write")
            ? {
                rowName: (message) =>
                  nameOf(message.contactName, message.phoneNumber) ?? message.phoneNumber ?? message.userId ?? "",
                actions: (selected, done) => <SelectionActions selected={selected} matching={matching} onDone={done} />,
              }
            : undefined
        }
        empty={<NoMessages />}
        total={total}
        exportHref={exportHref(matching, state.sort)}
        defaultSort="-createdAt"
      />
    </>
  );
}

function WriteButton() {
  const t = useTranslations("messages");
  return (
    <Button asChild variant="primary">
      <Link href="/compose">
        <PenLine aria-hidden />
        {t("write")}
      </Link>
    </Button>
  );
}

function NoMessages() {
  const t = useTranslations("messages.empty");
  const can = useCan();
  const origin = useOrigin();
  const curl = `curl -X POST ${origin}/api/v1/crm/whatsapp/send \\
  -H "Authorization: Bearer YOUR_TOKEN" \\
  -H "Content-Type: application/json" \\
  -d '{
    "phoneNumber": "+905551234567",
    "message": "Hello! This is a test message from Dese EA Plan."
  }'`;
  return (
    <EmptyState
      icon={MessagesSquare}
      title={t("title")}
      description={t("description")}
      action={can("messages:write") ? <WriteButton /> : null}
    >
      <CodeBlock title="curl" code={curl} />
    </EmptyState>
  );
}

function useFilters() {
  const t = useTranslations("messages");
  const label = useStatusLabel("message");
  const { data: integrations = [] } = useAllIntegrations();
  const { data: templates = [] } = useTemplates();
  const names = [...new Set(templates.map((template) => template.name))];
  return [
    {
      name: "status",
      label: t("status"),
      multiple: true,
      options: MESSAGE_STATUSES.map((value) => ({ value, label: label(value) })),
    },
    ...(names.length > 0
      ? [{ name: "template", label: t("template"), options: names.map((value) => ({ value, label: value })) }]
      : []),
    ...(integrations.length > 1
      ? [
          {
            name: "integrationId",
            label: t("integration"),
            options: integrations.map(({ id, name }) => ({ value: id, label: name })),
          },
        ]
      : []),
  ];
}

function useColumns(severalIntegrations: boolean): ColumnDef<Message>[] {
  const t = useTranslations("messages");
  const integrationName = useIntegrationNames();
  return useMemo<ColumnDef<Message>[]>(
    () => [
      {
        id: "status",
        accessorKey: "status",
        meta: { label: t("status"), className: "w-40", card: "aside" },
        cell: ({ row }) => <StatusBadge kind="message" status={row.original.status} />,
      },
      {
        id: "recipient",
        accessorFn: (message) => message.contactName,
        meta: { label: t("recipient"), className: "w-52 min-w-52 max-w-52", card: "title" },
        cell: ({ row }) => (
          <Person name={row.original.contactName} phoneNumber={row.original.phoneNumber} nameless={t("recipient")} />
        ),
      },
      {
        id: "phoneNumber",
        accessorKey: "phoneNumber",
        meta: { label: t("phoneNumber"), className: "w-40", card: "hidden", hidden: true },
        cell: ({ row }) => <Phone number={row.original.phoneNumber} className="text-muted" />,
      },
      {
        id: "text",
        accessorKey: "text",
        meta: { label: t("message"), className: "w-full max-w-0" },
        cell: ({ row }) => (
          <span className="flex min-w-0 items-center gap-2 max-md:justify-end">
            {row.original.template ? (
              <Badge className="max-w-36 shrink-0 font-mono">
                <span className="truncate">{row.original.template}</span>
              </Badge>
            ) : null}
            <span className="truncate text-muted" title={row.original.text}>
              {plainWhatsappText(row.original.text)}
            </span>
          </span>
        ),
      },
      {
        id: "template",
        accessorKey: "template",
        meta: { label: t("template"), className: "w-40", card: "hidden", hidden: true },
        cell: ({ row }) => <span className="font-mono text-xs">{row.original.template ?? "–"}</span>,
      },
      {
        id: "integration",
        accessorFn: (message) => integrationName(message.integrationId),
        meta: { label: t("integration"), className: "w-36 max-w-36", card: "hidden", hidden: !severalIntegrations },
        cell: ({ row }) => <span className="block truncate">{integrationName(row.original.integrationId)}</span>,
      },
      {
        id: "createdAt",
        accessorKey: "createdAt",
        meta: {
          label: t("time"),
          align: "right",
          className: "w-44 max-w-72 md:whitespace-nowrap",
          sort: { by: "createdAt", first: "descending" },
        },
        cell: ({ row }) => <When message={row.original} />,
      },
      {
        id: "deliveredAt",
        accessorKey: "deliveredAt",
        meta: { label: t("deliveredAt"), align: "right", className: "w-40 whitespace-nowrap", card: "hidden", hidden: true },
        cell: ({ row }) => <Time at={row.original.deliveredAt} format="short" className="text-muted" />,
      },
      {
        id: "readAt",
        accessorKey: "readAt",
        meta: { label: t("readAt"), align: "right", className: "w-40 whitespace-nowrap", card: "hidden", hidden: true },
        cell: ({ row }) => <Time at={row.original.readAt} format="short" className="text-muted" />,
      },
    ],
    [t, integrationName, severalIntegrations],
  );
}

/** When it was accepted; of a message that still waits, what for. */
function When({ message }: { message: Message }) {
  const waiting = waitingOf(message);
  if (waiting) return <WaitingLine waiting={waiting} className="text-xs" />;
  return <Time at={message.createdAt} className="text-muted" />;
}
