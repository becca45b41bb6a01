"use client";

import { Check, ChevronDown, Clock, RotateCcw, Tag, UserRound } from "lucide-react";
import { useTranslations } from "next-intl";
import { useMembers } from "@/components/settings/queries";
import { ErrorNote } from "@/components/shared/error-note";
import { Time } from "@/components/shared/time";
import { useZone } from "@/components/shared/use-language";
import { useCan, useSession } from "@/components/shell/session";
import { Button } from "@/components/ui/button";
import {
  DropdownMenu,
  DropdownMenuCheckboxItem,
  DropdownMenuContent,
  DropdownMenuItem,
  DropdownMenuTrigger,
} from "@/components/ui/dropdown-menu";
import { toast } from "@/components/ui/toast";
import type { Conversation } from "@/lib/conversations/schema";
import { allows, ROLE_SCOPES } from "@/lib/organizations/permissions";
import { LabelChip } from "./label-dot";
import { useAssign, useLabels, useSetLabels, useUpdateConversation } from "./queries";
import { snoozeChoices } from "./snooze";

/** Who has the conversation, what it is about, and whether it is done. */
export function ConversationBar({ conversation, canWrite }: { conversation: Conversation; canWrite: boolean }) {
  const t = useTranslations("conversations.bar");
  const { id, state, snoozedUntil, labels, assignee, answeredBy } = conversation;
  const assign = useAssign(id);
  const update = useUpdateConversation(id);
  const isOpen = state === "open";
  return (
    <div className="grid shrink-0 gap-2 border-b bg-surface px-4 py-1.5 max-md:px-2">
      <div className="flex flex-wrap items-center gap-1.5">
        <Assignee conversation={conversation} canWrite={canWrite} assign={assign} />
        {answeredBy === "program" ? <span className="text-muted text-xs">{t("program")}</span> : null}
        <Labels conversation={conversation} canWrite={canWrite} />
        {labels.map(({ id: labelId, name, colour }) => (
          <LabelChip key={labelId} name={name} colour={colour} />
        ))}
        <span className="ml-auto flex items-center gap-1.5">
          {snoozedUntil ? (
            <span className="text-muted text-xs">
              {t.rich("snoozedUntil", { at: () => <Time at={snoozedUntil} format="full" /> })}
            </span>
          ) : state === "closed" ? (
            <span className="text-muted text-xs">{t("closed")}</span>
          ) : null}
          {canWrite && isOpen ? <Snooze onChoose={(until) => update.mutate({ state: "snoozed", snoozedUntil: until })} /> : null}
          {canWrite ? (
            <Button
              size="sm"
              loading={update.isPending}
              onClick={() =>
                update.mutate(
                  { state: isOpen ? "closed" : "open" },
                  { onSuccess: () => toast.success(t(isOpen ? "wasClosed" : "wasOpened")) },
                )
              }
            >
              {isOpen ? <Check aria-hidden /> : <RotateCcw aria-hidden />}
              {t(isOpen ? "close" : "reopen")}
            </Button>
          ) : null}
        </span>
      </div>
      <ErrorNote error={assign.error} title={t(assignee ? "notAssigned" : "notTaken")} />
      <ErrorNote error={update.error} title={t("notChanged")} />
    </div>
  );
}

type AssigneeProps = { conversation: Conversation; canWrite: boolean; assign: ReturnType<typeof useAssign> };

function Assignee({ conversation: { assignee }, canWrite, assign }: AssigneeProps) {
  const t = useTranslations("conversations.bar");
  const { user } = useSession();
  const from = assignee?.id ?? null;
  const isMine = from === user.id;
  const label = assignee ? (isMine ? t("mine") : t("has", { name: assignee.name })) : t("unassigned");
  if (!canWrite) return <span className="text-muted text-xs">{label}</span>;
  return (
    <>
      {isMine ? null : (
        <Button
          size="sm"
          variant={assignee ? "secondary" : "primary"}
          loading={assign.isPending}
          onClick={() => assign.mutate({ assigneeId: "me", from })}
        >
          {t("take")}
        </Button>
      )}
      <DropdownMenu>
        <DropdownMenuTrigger asChild>
          <Button size="sm" variant="ghost">
            <UserRound aria-hidden />
            {label}
            <ChevronDown aria-hidden />
          </Button>
        </DropdownMenuTrigger>
        <DropdownMenuContent align="start" className="max-h-80 overflow-y-auto">
          <People from={from} onChoose={(assigneeId) => assign.mutate({ assigneeId, from })} />
        </DropdownMenuContent>
      </DropdownMenu>
    </>
  );
}

/** Asked for once the menu is open. */
function People({ from, onChoose }: { from: string | null; onChoose: (userId: string | null) => void }) {
  const t = useTranslations("conversations.bar");
  const { user } = useSession();
  const mayList = useCan()("members:read");
  const { data } = useMembers();
  const members = mayList
    ? (data?.pages.flatMap((page) => page.data) ?? [])
    : [{ id: user.id, name: user.name, role: "operator" as const }];
  return (
    <>
      {members
        .filter(({ role }) => allows(ROLE_SCOPES[role], "messages:write"))
        .map(({ id, name }) => (
          <DropdownMenuCheckboxItem key={id} checked={id === from} onCheckedChange={() => onChoose(id)}>
            {id === user.id ? t("me", { name }) : name}
          </DropdownMenuCheckboxItem>
        ))}
      {from ? <DropdownMenuItem onSelect={() => onChoose(null)}>{t("nobody")}</DropdownMenuItem> : null}
    </>
  );
}

function Labels({ conversation: { id, labels }, canWrite }: { conversation: Conversation; canWrite: boolean }) {
  const t = useTranslations("conversations.bar");
  const { data } = useLabels();
  const set = useSetLabels(id);
  const chosen = labels.map((label) => label.id);
  if (!canWrite || !data || data.data.length === 0) return null;
  return (
    <DropdownMenu>
      <DropdownMenuTrigger asChild>
        <Button size="sm" variant="ghost">
          <Tag aria-hidden />
          {t("labels")}
        </Button>
      </DropdownMenuTrigger>
      <DropdownMenuContent align="start" className="max-h-80 overflow-y-auto">
        {data.data.map((label) => (
          <DropdownMenuCheckboxItem
            key={label.id}
            checked={chosen.includes(label.id)}
            onSelect={(event) => event.preventDefault()}
            onCheckedChange={(on) => set.mutate(on ? [...chosen, label.id] : chosen.filter((one) => one !== label.id))}
          >
            <LabelChip name={label.name} colour={label.colour} />
          </DropdownMenuCheckboxItem>
        ))}
      </DropdownMenuContent>
    </DropdownMenu>
  );
}

function Snooze({ onChoose }: { onChoose: (until: string) => void }) {
  const t = useTranslations("conversations.bar");
  const { timeZone } = useZone();
  return (
    <DropdownMenu>
      <DropdownMenuTrigger asChild>
        <Button size="sm" variant="ghost">
          <Clock aria-hidden />
          {t("snooze")}
        </Button>
      </DropdownMenuTrigger>
      <DropdownMenuContent align="end">
        {snoozeChoices(new Date(), timeZone).map(({ name, until }) => (
          <DropdownMenuItem key={name} onSelect={() => onChoose(until.toISOString())}>
            <span className="mr-6">{t(`snoozes.${name}`)}</span>
            <Time at={until} format="full" className="ml-auto text-muted text-xs" />
          </DropdownMenuItem>
        ))}
      </DropdownMenuContent>
    </DropdownMenu>
  );
}
