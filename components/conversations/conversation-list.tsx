"use client";

import { Inbox, LoaderCircle, SearchX } from "lucide-react";
import { useSearchParams } from "next/navigation";
import { useTranslations } from "next-intl";
import { nameOf } from "@/components/contacts/person";
import { useTimeLeft } from "@/components/contacts/window-state";
import { useAllIntegrations } from "@/components/messages/queries";
import { useAddress } from "@/components/shared/address";
import { useContentLine } from "@/components/shared/content-bubble";
import { EmptyState } from "@/components/shared/empty-state";
import { ErrorNote } from "@/components/shared/error-note";
import { SearchField } from "@/components/shared/table-filters";
import { Time } from "@/components/shared/time";
import { type ListState, useListState } from "@/components/shared/use-list";
import { useNearEnd } from "@/components/shared/use-near-end";
import { Avatar } from "@/components/ui/avatar";
import { Button } from "@/components/ui/button";
import { cn } from "@/components/ui/cn";
import { Link } from "@/components/ui/link";
import { Select } from "@/components/ui/select";
import type { Conversation } from "@/lib/conversations/schema";
import type { Page } from "@/lib/http/paging";
import { formatPhone } from "@/lib/phone-format";
import { LabelDot } from "./label-dot";
import { CONVERSATION_FILTERS, useConversationCounts, useConversations, useLabels } from "./queries";

const KNOWN = {
  unread: (value: string) => value === "true",
  state: (value: string) => ["snoozed", "closed", "all"].includes(value),
};

type ConversationListProps = { firstPage: Page<Conversation>; openId: string | null };

/** The latest activity first. What is chosen of it stands in the address, also while one conversation is open. */
export function ConversationList({ firstPage, openId }: ConversationListProps) {
  const t = useTranslations("conversations");
  const state = useListState(CONVERSATION_FILTERS, KNOWN);
  const query = useConversations(state, state.active ? undefined : firstPage);
  const end = useNearEnd<HTMLDivElement>(query);
  const search = useSearchParams().toString();
  const rows = query.data?.pages.flatMap((page) => page.data) ?? [];
  const shown = [...new Map(rows.map((row) => [row.id, row])).values()];
  const Title = openId ? "h2" : "h1";
  return (
    <section aria-labelledby="inbox-title" className="flex h-full flex-col">
      <header className="grid gap-2.5 border-b px-3 pt-3.5 pb-2.5">
        <Title id="inbox-title" className="px-1 font-semibold text-lg tracking-[-0.01em]">
          {t("title")}
        </Title>
        <SearchField value={state.q} onChange={state.setQ} placeholder={t("search")} className="w-full" />
        <Filters state={state} />
      </header>
      <div className="min-h-0 flex-1 overflow-y-auto" aria-busy={query.isPlaceholderData}>
        {query.isError ? (
          <div className="p-3">
            <ErrorNote
              error={query.error}
              title={t(shown.length > 0 ? "notUpdated" : "failed")}
              onRetry={() => void query.refetch()}
            />
          </div>
        ) : null}
        {shown.length === 0 && !query.isPending && !query.isError ? <Nothing state={state} /> : null}
        <ul aria-label={t("list")} className={cn(query.isPlaceholderData && "opacity-60")}>
          {shown.map((conversation) => (
            <li key={conversation.id}>
              <Row conversation={conversation} isOpen={conversation.id === openId} search={search} />
            </li>
          ))}
        </ul>
        <div ref={end} className="flex h-10 items-center justify-center text-muted">
          {query.isFetchingNextPage || query.isPending ? <LoaderCircle className="size-4 animate-spin" aria-hidden /> : null}
        </div>
      </div>
    </section>
  );
}

const ANY = "any";
const VIEWS = ["all", "mine", "unassigned", "unread"] as const;
const STATES = ["open", "snoozed", "closed", "all"] as const;

function Filters({ state }: { state: ListState }) {
  const t = useTranslations("conversations.filters");
  const { data: integrations = [] } = useAllIntegrations();
  const { data: labels } = useLabels();
  const { data: counts } = useConversationCounts(state);
  const [, setValues] = useAddress(VIEW_NAMES);
  const { unread, assignee } = state.filters;
  const view = unread ? "unread" : assignee === "me" ? "mine" : assignee === "none" ? "unassigned" : "all";
  const shownState = state.filters.state || "open";
  const choose = (one: (typeof VIEWS)[number]) =>
    setValues({
      unread: one === "unread" ? "true" : null,
      assignee: one === "mine" ? "me" : one === "unassigned" ? "none" : null,
    });
  return (
    <div className="flex flex-wrap items-center gap-1.5">
      {VIEWS.map((one) => {
        const count = one === "all" || shownState !== "open" ? undefined : counts?.[one];
        return (
          <Button
            key={one}
            size="sm"
            className="gap-1.5 rounded-full px-2.5 aria-pressed:border-accent aria-pressed:bg-accent-subtle aria-pressed:text-accent"
            aria-pressed={view === one}
            onClick={() => choose(one)}
          >
            {t(one)}
            {count ? <span className="font-normal text-muted tabular-nums">{formatCount(count)}</span> : null}
          </Button>
        );
      })}
      <div className="min-w-28 flex-1">
        <Select
          aria-label={t("state")}
          value={shownState}
          onValueChange={(value) => state.setFilter("state", value === "open" ? "" : value)}
          options={STATES.map((value) => {
            const count = value === "all" ? undefined : counts?.[value];
            return {
              value,
              label: count === undefined ? t(`states.${value}`) : `${t(`states.${value}`)} (${formatCount(count)})`,
            };
          })}
        />
      </div>
      {labels && labels.data.length > 0 ? (
        <div className="min-w-28 flex-1">
          <Select
            aria-label={t("label")}
            value={state.filters.labelId || ANY}
            onValueChange={(id) => state.setFilter("labelId", id === ANY ? "" : id)}
            options={[{ value: ANY, label: t("anyLabel") }, ...labels.data.map(({ id, name }) => ({ value: id, label: name }))]}
          />
        </div>
      ) : null}
      {integrations.length > 1 ? (
        <div className="min-w-28 flex-1">
          <Select
            aria-label={t("integration")}
            value={state.filters.integrationId || ANY}
            onValueChange={(id) => state.setFilter("integrationId", id === ANY ? "" : id)}
            options={[{ value: ANY, label: t("anyNumber") }, ...integrations.map(({ id, name }) => ({ value: id, label: name }))]}
          />
        </div>
      ) : null}
    </div>
  );
}

const VIEW_NAMES = ["unread", "assignee"];
const MOST_COUNTED = 9_999;
const formatCount = (count: number) => (count > MOST_COUNTED ? `${MOST_COUNTED}+` : String(count));

function Nothing({ state }: { state: ListState }) {
  const t = useTranslations("conversations");
  const clear = useTranslations("shared.table");
  if (!state.active) return <EmptyState icon={Inbox} title={t("empty.title")} description={t("empty.description")} />;
  return (
    <EmptyState
      icon={SearchX}
      title={t("nothingFound")}
      action={<Button onClick={state.clear}>{clear("clearFilters")}</Button>}
    />
  );
}

type RowProps = { conversation: Conversation; isOpen: boolean; search: string };

function Row({ conversation, isOpen, search }: RowProps) {
  const t = useTranslations("conversations");
  const { id, contactName, phoneNumber, unread, lastActivityAt, windowClosesAt, assignee, labels } = conversation;
  const name = nameOf(contactName, phoneNumber);
  const title = name ?? (phoneNumber ? formatPhone(phoneNumber) : t("nameless"));
  const isUnread = unread > 0;
  return (
    <Link
      href={`/conversations/${id}${search ? `?${search}` : ""}`}
      data-conversation={id}
      aria-current={isOpen ? "true" : undefined}
      className={cn(
        "grid h-[4.5rem] grid-cols-[2.25rem_minmax(0,1fr)] items-center gap-3 border-b px-3 [contain-intrinsic-size:auto_4.5rem] [content-visibility:auto] focus-visible:-outline-offset-2",
        isOpen ? "bg-accent-subtle" : "hover:bg-surface",
      )}
    >
      <Avatar name={name ?? ""} className="size-9 text-xs" />
      <span className="grid min-w-0 gap-0.5">
        <span className="flex items-baseline justify-between gap-2">
          <span className={cn("truncate text-sm", isUnread ? "font-semibold" : "font-medium", !name && "tabular-nums")}>
            {title}
          </span>
          <Time at={lastActivityAt} format="short" className={cn("shrink-0 text-xs", isUnread ? "text-accent" : "text-muted")} />
        </span>
        <span className="flex items-center justify-between gap-2">
          <span className={cn("truncate text-sm", isUnread ? "text-foreground" : "text-muted")}>
            <LastLine conversation={conversation} />
          </span>
          <span className="flex shrink-0 items-center gap-1.5">
            {labels.slice(0, 3).map(({ id: labelId, name: label, colour }) => (
              <LabelDot key={labelId} name={label} colour={colour} />
            ))}
            {assignee ? (
              <span title={t("assignedTo", { name: assignee.name })}>
                <Avatar name={assignee.name} className="size-5 text-[0.625rem]" />
                <span className="sr-only">{t("assignedTo", { name: assignee.name })}</span>
              </span>
            ) : null}
            <WindowMark closesAt={windowClosesAt} />
            {isUnread ? (
              <span className="grid h-5 min-w-5 place-items-center rounded-full bg-accent px-1.5 font-semibold text-accent-foreground text-xs tabular-nums">
                <span aria-hidden>{unread > 99 ? "99+" : unread}</span>
                <span className="sr-only">{t("unread", { count: unread })}</span>
              </span>
            ) : null}
          </span>
        </span>
      </span>
    </Link>
  );
}

function LastLine({ conversation: { lastMessage } }: { conversation: Conversation }) {
  const t = useTranslations("conversations");
  const line = useContentLine();
  if (!lastMessage) return null;
  const text = line(lastMessage.content);
  if (lastMessage.direction === "incoming") return text;
  return t(lastMessage.direction === "echo" ? "phoneApp" : "you", { text });
}

/** Whether free text may still be written. */
function WindowMark({ closesAt }: { closesAt: string | null }) {
  const t = useTranslations("conversations");
  const isOpen = useTimeLeft(closesAt) > 0;
  if (!isOpen) return null;
  return (
    <span title={t("canAnswer")} className="size-2 rounded-full bg-success">
      <span className="sr-only">{t("canAnswer")}</span>
    </span>
  );
}
