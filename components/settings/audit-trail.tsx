"use client";

import { ScrollText } from "lucide-react";
import { useTranslations } from "next-intl";
import { useMemo, useState } from "react";
import { z } from "zod";
import { CodeBlock } from "@/components/shared/code-block";
import type { ColumnDef } from "@/components/shared/columns";
import { ConfirmDialog } from "@/components/shared/confirm-dialog";
import { DataTable } from "@/components/shared/data-table";
import { EmptyState } from "@/components/shared/empty-state";
import { IdChip } from "@/components/shared/id-chip";
import { KeyValue, KeyValues } from "@/components/shared/key-value";
import { Time, useClock } from "@/components/shared/time";
import { useZone } from "@/components/shared/use-language";
import { useListState } from "@/components/shared/use-list";
import { useCan } from "@/components/shell/session";
import { Button } from "@/components/ui/button";
import { Link } from "@/components/ui/link";
import { Sheet, SheetContent } from "@/components/ui/sheet";
import { toast } from "@/components/ui/toast";
import type { AuditEntry } from "@/lib/organizations/schema";
import { addDays, firstMomentOf, wallTimeAt } from "@/lib/time";
import { useAudit, useMembers, useTokens, useUndoMerge } from "./queries";

const FILTERS = ["action", "actor", "period"] as const;
const NOUNS = [
  "session",
  "password",
  "organization",
  "member",
  "invitation",
  "token",
  "integration",
  "template",
  "contact",
  "consent",
  "message",
  "conversation",
  "media",
  "identity",
  "second_factor",
] as const;
const PERIODS = { today: 0, week: 6, month: 29 } as const;

/** Who did what and when; the entry in full at the side. */
export function AuditTrail() {
  const t = useTranslations("settings.audit");
  const nameOf = useActionName();
  const state = useListState(FILTERS);
  const { timeZone } = useZone();
  const today = wallTimeAt(timeZone, useClock()).date;
  const { action, actor, period } = state.filters;
  const days = PERIODS[period as keyof typeof PERIODS];
  const from = days === undefined ? undefined : firstMomentOf(timeZone, addDays(today, -days)).toISOString();
  const query = useAudit({ action, actor, from });
  const members = useMembers();
  const tokens = useTokens();
  const [shown, setShown] = useState<AuditEntry | null>(null);
  const columns = useMemo<ColumnDef<AuditEntry>[]>(
    () => [
      {
        id: "action",
        accessorFn: (row) => nameOf(row.action),
        meta: { label: t("columns.action"), card: "title" },
        cell: ({ row: { original } }) => (
          <button
            type="button"
            onClick={() => setShown(original)}
            className="text-left font-medium after:absolute after:inset-0 hover:underline"
          >
            {nameOf(original.action)}
          </button>
        ),
      },
      {
        id: "actor",
        accessorFn: (row) => row.actor.name,
        meta: { label: t("columns.actor"), className: "w-52" },
        cell: ({ row: { original } }) => (
          <span className="truncate">
            {original.actor.name || t("nobody")}
            {original.actor.type === "user" || original.actor.type === "stranger" ? null : (
              <span className="text-muted"> · {t(`actorTypes.${original.actor.type}`)}</span>
            )}
          </span>
        ),
      },
      {
        id: "target",
        accessorFn: (row) => row.target.name ?? row.target.id,
        meta: { label: t("columns.target"), className: "w-56" },
        cell: ({ row }) => <Target target={row.original.target} />,
      },
      {
        id: "ip",
        accessorKey: "ip",
        meta: { label: t("columns.ip"), className: "w-36", hidden: true },
        cell: ({ row }) => <span className="font-mono text-muted text-xs">{row.original.ip ?? "–"}</span>,
      },
      {
        id: "at",
        accessorKey: "at",
        meta: { label: t("columns.at"), className: "w-48", align: "right", card: "aside" },
        cell: ({ row }) => <Time at={row.original.at} format="short" className="text-muted" />,
      },
    ],
    [t, nameOf],
  );
  const people = (members.data?.pages ?? []).flatMap((page) => page.data).map(({ id, name }) => ({ value: id, label: name }));
  const programs = (tokens.data?.pages ?? [])
    .flatMap((page) => page.data)
    .map(({ id, name }) => ({ value: id, label: t("program", { name }) }));
  return (
    <>
      <p className="mb-3 text-muted text-sm">{t("description")}</p>
      <DataTable
        label={t("title")}
        name="audit"
        columns={columns}
        query={query}
        rowId={(row) => row.id}
        state={state}
        compact
        filters={[
          {
            name: "action",
            label: t("filters.action"),
            options: NOUNS.map((noun) => ({ value: noun, label: t(`nouns.${noun}`) })),
          },
          { name: "actor", label: t("filters.actor"), options: [...people, ...programs] },
          {
            name: "period",
            label: t("filters.period"),
            options: Object.keys(PERIODS).map((value) => ({ value, label: t(`periods.${value as keyof typeof PERIODS}`) })),
          },
        ]}
        empty={<EmptyState icon={ScrollText} title={t("empty")} />}
      />
      <Sheet open={shown !== null} onOpenChange={(open) => open || setShown(null)}>
        {shown ? (
          <SheetContent
            title={nameOf(shown.action)}
            description={shown.actor.name || t("nobody")}
            footer={
              <>
                <UndoMerge entry={shown} onDone={() => setShown(null)} />
                <Button onClick={() => setShown(null)}>{t("close")}</Button>
              </>
            }
          >
            <Entry entry={shown} />
          </SheetContent>
        ) : null}
      </Sheet>
    </>
  );
}

function Entry({ entry }: { entry: AuditEntry }) {
  const t = useTranslations("settings.audit");
  const { changes: given, ...others } = entry.details;
  const changes = ChangesShape.safeParse(given).data;
  const rest = changes ? others : entry.details;
  return (
    <div className="grid gap-4">
      <KeyValues>
        <KeyValue label={t("columns.at")}>
          <Time at={entry.at} format="seconds" />
        </KeyValue>
        <KeyValue label={t("columns.actor")}>
          {entry.actor.name || t("nobody")} <span className="text-muted">({t(`actorTypes.${entry.actor.type}`)})</span>
        </KeyValue>
        <KeyValue label={t("actorId")}>
          <IdChip id={entry.actor.id} className="-ml-1" />
        </KeyValue>
        <KeyValue label={t("columns.target")}>
          <IdChip id={entry.target.id} className="-ml-1" />
        </KeyValue>
        <KeyValue label={t("columns.ip")}>
          <span className="font-mono text-xs">{entry.ip ?? "–"}</span>
        </KeyValue>
        <KeyValue label={t("word")}>
          <span className="font-mono text-xs">{entry.action}</span>
        </KeyValue>
        <KeyValue label={t("entryId")}>
          <IdChip id={entry.id} className="-ml-1" />
        </KeyValue>
      </KeyValues>
      {changes ? <Changes changes={changes} /> : null}
      {Object.keys(rest).length > 0 ? <CodeBlock title={t("details")} code={JSON.stringify(rest, null, 2)} wrap /> : null}
    </div>
  );
}

/** Two contacts that were taken for one person are parted again, by somebody who may decide for the organization. */
function UndoMerge({ entry, onDone }: { entry: AuditEntry; onDone: () => void }) {
  const t = useTranslations("settings.audit.undoMerge");
  const can = useCan();
  const undo = useUndoMerge();
  const { mergeId } = entry.details;
  if (entry.action !== "contact.merged" || typeof mergeId !== "string" || !can("organization:write")) return null;
  return (
    <ConfirmDialog
      trigger={<Button>{t("action")}</Button>}
      title={t("title")}
      description={t("description")}
      action={t("action")}
      keep={t("keep")}
      tone="primary"
      onConfirm={async () => {
        await undo.mutateAsync(mergeId);
        toast.success(t("done"));
        onDone();
      }}
    />
  );
}

const PAGES: Record<string, (id: string) => string> = {
  user: () => "/settings/members",
  invitation: () => "/settings/members",
  token: () => "/settings/tokens",
  organization: () => "/settings",
  integration: (id) => `/integrations/${id}`,
  contact: (id) => `/contacts/${id}`,
  message: (id) => `/messages/${id}`,
  template: (id) => `/templates/${id}`,
};

/** What it was done to, by name, leading to it; by id where it has no name or is gone. */
function Target({ target }: { target: AuditEntry["target"] }) {
  const page = PAGES[target.type]?.(target.id);
  if (!target.name && target.type !== "message") return <IdChip id={target.id} short className="-ml-1" />;
  const words = target.name ?? target.id;
  return page ? (
    <Link href={page} prefetch={false} className="relative z-10 block truncate hover:underline" title={words}>
      {words}
    </Link>
  ) : (
    <span className="block truncate">{words}</span>
  );
}

const Change = z.object({ from: z.unknown(), to: z.unknown() });
const ChangesShape = z.record(z.string(), Change);

function Changes({ changes }: { changes: z.infer<typeof ChangesShape> }) {
  const t = useTranslations("settings.audit");
  return (
    <div className="grid gap-2">
      <p className="font-medium text-sm">{t("changes")}</p>
      <table className="w-full border-collapse text-left text-xs">
        <thead className="text-muted">
          <tr>
            <td className="py-1 pr-3" />
            <th className="py-1 pr-3 font-medium">{t("before")}</th>
            <th className="py-1 font-medium">{t("after")}</th>
          </tr>
        </thead>
        <tbody>
          {Object.entries(changes).map(([field, { from, to }]) => (
            <tr key={field} className="border-t align-top">
              <th scope="row" className="py-1.5 pr-3 font-mono font-normal">
                {field}
              </th>
              <td className="break-all py-1.5 pr-3 text-muted line-through">{said(from)}</td>
              <td className="break-all py-1.5">{said(to)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

function said(value: unknown): string {
  if (value === null || value === undefined) return "–";
  return typeof value === "string" ? value : JSON.stringify(value);
}

/** `token.created` as a sentence; an action that is not known here as it stands. */
function useActionName(): (action: string) => string {
  const t = useTranslations("settings.audit.actions");
  return useMemo(() => (action: string) => (t.has(action as never) ? t(action as never) : action), [t]);
}
