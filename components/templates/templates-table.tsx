"use client";

import { LayoutGrid, LayoutTemplate, Plus, Rows3, SearchX } from "lucide-react";
import { useTranslations } from "next-intl";
import { useMemo, useState } from "react";
import { useLanguageName } from "@/components/contacts/use-names";
import { useAllIntegrations } from "@/components/messages/queries";
import { useAddress } from "@/components/shared/address";
import type { ColumnDef } from "@/components/shared/columns";
import { DataTable } from "@/components/shared/data-table";
import { EmptyState } from "@/components/shared/empty-state";
import { PageHeader } from "@/components/shared/page-header";
import { StatusBadge, useStatusLabel } from "@/components/shared/status-badge";
import { TableFilters } from "@/components/shared/table-filters";
import { type ListQuery, type ListState, useListState } from "@/components/shared/use-list";
import { WhatsappWall } from "@/components/shared/whatsapp-bubble";
import { useCan } from "@/components/shell/session";
import { Button } from "@/components/ui/button";
import { Card } from "@/components/ui/card";
import { Link } from "@/components/ui/link";
import { Tabs, TabsContent, TabsList, TabsTrigger } from "@/components/ui/tabs";
import { foldText } from "@/lib/i18n/fold";
import type { Template } from "@/lib/templates/schema";
import { bodyOf, groupByName, type TemplateGroup } from "./groups";
import { LanguageChips } from "./language-chips";
import { useTemplates } from "./queries";
import { Starters } from "./starters";
import { SyncButton, SyncResult, useSync } from "./sync-button";
import { exampleValues, TemplatePreview } from "./template-preview";
import { useCategoryLabel } from "./use-words";

const FILTERS = ["status", "category", "language", "account"] as const;
const ADDRESS = ["view"] as const;
const ROWS_AT_ONCE = 100;
const CARDS_AT_ONCE = 24;
const ALL = "all";

export function TemplatesTable({ templates: initial }: { templates?: Template[] }) {
  const t = useTranslations("templates");
  const state = useListState(FILTERS);
  const query = useTemplates({ initialData: initial });
  const [{ view }, setAddress] = useAddress(ADDRESS);
  const all = useMemo(() => query.data ?? [], [query.data]);
  const narrowed = useMemo(() => all.filter((template) => fits(template, state, false)), [all, state]);
  const found = useMemo(() => narrowed.filter((template) => fits(template, state, true)), [narrowed, state]);
  const groups = useMemo(() => groupByName(found), [found]);
  const filters = useFilters(all);
  const searchPlaceholder = t("search");
  const status = state.filters.status || ALL;
  const gallery = view === "gallery" && found.length > 0;
  const sync = useSync();

  return (
    <>
      <PageHeader
        title={t("title")}
        description={t("description")}
        actions={
          <>
            <SyncButton sync={sync} />
            <NewTemplate />
          </>
        }
      />
      <SyncResult sync={sync} className="mb-4" />
      {query.data?.length === 0 ? (
        <div className="grid gap-5">
          <Card>
            <NoTemplates />
          </Card>
          <Starters />
        </div>
      ) : (
        <Tabs
          value={status}
          onValueChange={(next) => state.setFilter("status", next === ALL ? "" : next)}
          activationMode="manual"
        >
          <StatusTabs templates={narrowed} status={status} />
          <TabsContent value={status} tabIndex={-1}>
            {gallery ? (
              <div className="grid gap-3">
                <div className="flex flex-wrap items-center gap-2">
                  <TableFilters state={state} searchPlaceholder={searchPlaceholder} filters={filters} />
                  <div className="ml-auto">
                    <ViewSwitch gallery onChange={() => setAddress({ view: null })} />
                  </div>
                </div>
                <Gallery key={JSON.stringify([state.q, state.filters])} groups={groups} />
              </div>
            ) : (
              <TemplateRows
                state={state}
                query={query}
                groups={groups}
                filters={filters}
                searchPlaceholder={searchPlaceholder}
                empty={<NoTemplates />}
                actions={<ViewSwitch gallery={false} onChange={() => setAddress({ view: "gallery" })} />}
              />
            )}
          </TabsContent>
        </Tabs>
      )}
    </>
  );
}

/** Whether a template belongs to what was searched; the status tabs count what the other filters leave. */
function fits(template: Template, { q, filters }: ListState, withStatus: boolean): boolean {
  const { status, category, language, account } = filters;
  const wanted = foldText(q);
  return (
    (!withStatus || !status || template.status === status) &&
    (!category || category.split(",").includes(template.category)) &&
    (!language || language.split(",").includes(template.language)) &&
    (!account || template.businessAccountId === account) &&
    (!wanted ||
      [template.name, template.name.replaceAll("_", " "), bodyOf(template)].some((text) => foldText(text).includes(wanted)))
  );
}

const STATUS_ORDER = ["APPROVED", "PENDING", "IN_APPEAL", "REJECTED", "PAUSED", "DISABLED"];

function StatusTabs({ templates, status }: { templates: readonly Template[]; status: string }) {
  const t = useTranslations("templates");
  const label = useStatusLabel("template");
  const counts = new Map<string, number>();
  for (const status of new Set(templates.map((template) => template.status))) {
    counts.set(status, groupByName(templates.filter((template) => template.status === status)).length);
  }
  const rank = (word: string) => (STATUS_ORDER.includes(word) ? STATUS_ORDER.indexOf(word) : STATUS_ORDER.length);
  const shown = [...new Set([...counts.keys(), ...(status === ALL ? [] : [status])])].sort((a, b) => rank(a) - rank(b));
  return (
    <TabsList aria-label={t("byStatus")} className="mb-0">
      <TabsTrigger value={ALL}>
        {t("allStatuses")} <Count value={groupByName(templates).length} />
      </TabsTrigger>
      {shown.map((word) => (
        <TabsTrigger key={word} value={word}>
          {label(word)} <Count value={counts.get(word) ?? 0} />
        </TabsTrigger>
      ))}
    </TabsList>
  );
}

function Count({ value }: { value: number }) {
  return <span className="rounded-sm bg-surface-sunken px-1.5 text-muted text-xs tabular-nums">{value}</span>;
}

function ViewSwitch({ gallery, onChange }: { gallery: boolean; onChange: () => void }) {
  const t = useTranslations("templates");
  const label = gallery ? t("asTable") : t("asGallery");
  const Icon = gallery ? Rows3 : LayoutGrid;
  return (
    <Button size="icon" aria-label={label} title={label} onClick={onChange}>
      <Icon aria-hidden />
    </Button>
  );
}

function useFilters(templates: readonly Template[]) {
  const t = useTranslations("templates");
  const category = useCategoryLabel();
  const language = useLanguageName();
  const { data: integrations } = useAllIntegrations();
  return useMemo(() => {
    const distinct = (pick: (template: Template) => string) => [...new Set(templates.map(pick))].sort();
    const accounts = distinct((template) => template.businessAccountId);
    const accountName = (id: string) =>
      integrations?.find((integration) => integration.config.businessAccountId === id)?.name ?? id;
    return [
      {
        name: "category",
        label: t("category"),
        multiple: true,
        options: distinct((x) => x.category).map((value) => ({ value, label: category(value) })),
      },
      {
        name: "language",
        label: t("language"),
        multiple: true,
        options: distinct((x) => x.language).map((value) => ({ value, label: language(value) })),
      },
      ...(accounts.length > 1
        ? [{ name: "account", label: t("account"), options: accounts.map((value) => ({ value, label: accountName(value) })) }]
        : []),
    ];
  }, [templates, integrations, t, category, language]);
}

type TemplateRowsProps = {
  state: ListState;
  query: ReturnType<typeof useTemplates>;
  groups: TemplateGroup[];
  filters: ReturnType<typeof useFilters>;
  searchPlaceholder: string;
  empty: React.ReactNode;
  actions: React.ReactNode;
};

function TemplateRows({ state, query, groups, filters, searchPlaceholder, empty, actions }: TemplateRowsProps) {
  const t = useTranslations("templates");
  const columns = useColumns();
  const [rows, setRows] = useState(ROWS_AT_ONCE);
  const { isPending, isFetching, isError, error, refetch } = query;
  const list: ListQuery<TemplateGroup> = {
    data: query.data && { pages: [{ data: groups.slice(0, rows), nextCursor: null }], pageParams: [undefined] },
    isPending,
    isFetching,
    isError,
    error,
    refetch,
    isPlaceholderData: false,
    hasNextPage: groups.length > rows,
    isFetchingNextPage: false,
    fetchNextPage: () => setRows(rows + ROWS_AT_ONCE),
  };
  return (
    <DataTable
      label={t("title")}
      name="templates"
      columns={columns}
      query={list}
      rowId={(group) => group.id}
      rowHref={(group) => `/templates/${group.first.id}`}
      total={{ count: groups.length, isExact: true }}
      state={state}
      searchPlaceholder={searchPlaceholder}
      filters={filters}
      empty={empty}
      actions={actions}
    />
  );
}

/** There is an account to write it for. */
function NewTemplate() {
  const t = useTranslations("templates");
  const can = useCan();
  const { data: integrations = [] } = useAllIntegrations();
  if (!can("templates:write") || integrations.length === 0) return null;
  return (
    <Button asChild variant="primary">
      <Link href="/templates/new">
        <Plus aria-hidden />
        {t("new")}
      </Link>
    </Button>
  );
}

function NoTemplates() {
  const t = useTranslations("templates.empty");
  const can = useCan();
  const { data: integrations } = useAllIntegrations();
  const isUnconnected = integrations?.length === 0;
  return (
    <EmptyState
      icon={LayoutTemplate}
      title={t("title")}
      description={t(isUnconnected ? "unconnected" : "description")}
      action={
        isUnconnected && can("integrations:write") ? (
          <Button asChild>
            <Link href="/integrations/new">{t("connect")}</Link>
          </Button>
        ) : isUnconnected ? null : (
          <NewTemplate />
        )
      }
    />
  );
}

function useColumns(): ColumnDef<TemplateGroup>[] {
  const t = useTranslations("templates");
  const category = useCategoryLabel();
  return useMemo<ColumnDef<TemplateGroup>[]>(
    () => [
      {
        id: "name",
        accessorFn: ({ first }) => first.name,
        meta: { label: t("name"), className: "w-64 min-w-48 max-w-64", card: "title" },
        cell: ({ row }) => (
          <span className="block truncate font-mono text-xs" title={row.original.first.name}>
            {row.original.first.name}
          </span>
        ),
      },
      {
        id: "languages",
        accessorFn: ({ templates }) => templates.map((template) => template.language).join(" "),
        meta: { label: t("languages"), className: "w-48 min-w-32" },
        cell: ({ row }) => <LanguageChips templates={row.original.templates} />,
      },
      {
        id: "category",
        accessorFn: ({ first }) => first.category,
        meta: { label: t("category"), className: "w-36 whitespace-nowrap" },
        cell: ({ row }) => category(row.original.first.category),
      },
      {
        id: "body",
        accessorFn: ({ first }) => bodyOf(first),
        meta: { label: t("body"), className: "max-w-0 w-full", card: "hidden" },
        cell: ({ row }) => (
          <span className="block truncate text-muted" title={bodyOf(row.original.first)}>
            {bodyOf(row.original.first)}
          </span>
        ),
      },
      {
        id: "quality",
        accessorFn: ({ first }) => first.qualityScore,
        meta: { label: t("quality"), className: "w-40 whitespace-nowrap" },
        cell: ({ row }) => <StatusBadge kind="quality" status={row.original.first.qualityScore ?? "UNKNOWN"} plain />,
      },
    ],
    [t, category],
  );
}

/** The templates as people will read them. */
function Gallery({ groups }: { groups: readonly TemplateGroup[] }) {
  const t = useTranslations("templates");
  const [cards, setCards] = useState(CARDS_AT_ONCE);
  if (groups.length === 0) return <EmptyState icon={SearchX} title={t("nothingFound")} />;
  return (
    <>
      <ul className="columns-1 gap-4 sm:columns-2 xl:columns-3">
        {groups.slice(0, cards).map(({ id, first: template, templates }) => (
          <li
            key={id}
            className="relative mb-4 break-inside-avoid overflow-hidden rounded-lg border bg-surface-raised hover:border-border-strong"
          >
            <div className="flex items-center justify-between gap-2 px-3 pt-2.5">
              <Link
                href={`/templates/${template.id}`}
                className="truncate font-medium font-mono text-xs after:absolute after:inset-0 after:z-10 focus-visible:outline-0 focus-visible:after:rounded-lg focus-visible:after:outline-2 focus-visible:after:outline-focus focus-visible:after:-outline-offset-2"
              >
                {template.name}
              </Link>
              <StatusBadge kind="template" status={template.status} />
            </div>
            <div className="px-3 pt-1 pb-2.5">
              <LanguageChips templates={templates} />
            </div>
            <WhatsappWall className="rounded-none border-0 border-t">
              <TemplatePreview template={template} values={exampleValues(template)} />
            </WhatsappWall>
          </li>
        ))}
      </ul>
      {groups.length > cards ? (
        <Button className="justify-self-center" onClick={() => setCards(cards + CARDS_AT_ONCE)}>
          {t("more")}
        </Button>
      ) : null}
    </>
  );
}
