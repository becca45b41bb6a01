"use client";

import { Ellipsis, KeyRound, MailPlus, ShieldOff, UserMinus } from "lucide-react";
import { useTranslations } from "next-intl";
import { useMemo, useState } from "react";
import type { ColumnDef } from "@/components/shared/columns";
import { ConfirmDialog } from "@/components/shared/confirm-dialog";
import { DataTable } from "@/components/shared/data-table";
import { EmptyState } from "@/components/shared/empty-state";
import { Time } from "@/components/shared/time";
import { useErrorText } from "@/components/shared/use-error-text";
import { useCan, useSession } from "@/components/shell/session";
import { Avatar } from "@/components/ui/avatar";
import { Badge } from "@/components/ui/badge";
import { Button } from "@/components/ui/button";
import {
  DropdownMenu,
  DropdownMenuContent,
  DropdownMenuItem,
  DropdownMenuSeparator,
  DropdownMenuTrigger,
} from "@/components/ui/dropdown-menu";
import { toast } from "@/components/ui/toast";
import type { Invitation, Member, Organization, TokenFate } from "@/lib/organizations/schema";
import { DelegationsShown } from "./delegations";
import { InviteDialog } from "./invite-dialog";
import { OneTimeLinkDialog, type ShownLink } from "./one-time-link-dialog";
import {
  useDelegations,
  useInvitations,
  useMembers,
  usePasswordLink,
  useRemoveMember,
  useResetSecondFactor,
  useWithdrawInvitation,
} from "./queries";
import { RequireSecondFactor } from "./require-second-factor";
import { RoleCell } from "./role-cell";

export function MembersPage({ organization }: { organization: Organization }) {
  const t = useTranslations("settings.members");
  const canWrite = useCan()("members:write");
  const [shownLink, setShownLink] = useState<ShownLink | null>(null);
  return (
    <div className="grid gap-8">
      <OneTimeLinkDialog link={shownLink} onClose={() => setShownLink(null)} />
      <section aria-labelledby="members" className="grid gap-3">
        <div className="flex flex-wrap items-center justify-between gap-3">
          <div className="grid gap-0.5">
            <h2 id="members" className="font-semibold text-md">
              {t("title")}
            </h2>
            <p className="text-muted text-sm">{t("description")}</p>
          </div>
          {canWrite ? (
            <InviteDialog
              onInvited={setShownLink}
              trigger={
                <Button variant="primary">
                  <MailPlus aria-hidden />
                  {t("invite")}
                </Button>
              }
            />
          ) : null}
        </div>
        <Members canWrite={canWrite} onLink={setShownLink} />
        <RequireSecondFactor initial={organization} />
      </section>
      <section aria-labelledby="invitations" className="grid gap-3">
        <div className="grid gap-0.5">
          <h2 id="invitations" className="font-semibold text-md">
            {t("invitations.title")}
          </h2>
          <p className="text-muted text-sm">{t("invitations.description")}</p>
        </div>
        <Invitations canWrite={canWrite} />
      </section>
    </div>
  );
}

function Members({ canWrite, onLink }: { canWrite: boolean; onLink: (link: ShownLink) => void }) {
  const t = useTranslations("settings.members");
  const query = useMembers();
  const [leaving, setLeaving] = useState<Member | null>(null);
  const { user } = useSession();
  const columns = useMemo<ColumnDef<Member>[]>(
    () => [
      {
        id: "name",
        accessorKey: "name",
        meta: { label: t("columns.name"), card: "title" },
        cell: ({ row: { original } }) => (
          <span className="flex min-w-0 items-center gap-2.5 py-1">
            <Avatar name={original.name} className="size-7" />
            <span className="grid min-w-0">
              <span className="flex items-center gap-2 truncate font-medium">
                {original.name}
                {original.id === user.id ? <Badge>{t("you")}</Badge> : null}
              </span>
              <span className="truncate text-muted text-xs">{original.email}</span>
            </span>
          </span>
        ),
      },
      {
        id: "email",
        accessorKey: "email",
        meta: { label: t("columns.email"), hidden: true, card: "hidden" },
        cell: ({ row }) => row.original.email,
      },
      {
        id: "role",
        accessorKey: "role",
        meta: { label: t("columns.role"), className: "w-44" },
        cell: ({ row }) => <RoleCell member={row.original} canWrite={canWrite} />,
      },
      {
        id: "secondFactor",
        accessorFn: (row) => (row.secondFactor ? "on" : row.singleSignOn ? "provider" : "off"),
        meta: { label: t("columns.secondFactor"), className: "w-36" },
        cell: ({ row: { original } }) =>
          original.secondFactor ? (
            <Badge tone="success">{t("secondFactor.on")}</Badge>
          ) : (
            <span className="text-muted">{t(original.singleSignOn ? "secondFactor.provider" : "secondFactor.off")}</span>
          ),
      },
      {
        id: "lastSignInAt",
        accessorKey: "lastSignInAt",
        meta: { label: t("columns.lastSignIn"), className: "w-44" },
        cell: ({ row }) => <Time at={row.original.lastSignInAt} className="text-muted" />,
      },
      {
        id: "createdAt",
        accessorKey: "createdAt",
        meta: { label: t("columns.joined"), className: "w-36" },
        cell: ({ row }) => <Time at={row.original.createdAt} format="date" className="text-muted" />,
      },
      ...(canWrite
        ? [
            {
              id: "actions",
              meta: { label: t("columns.actions"), className: "w-14", align: "right", card: "aside", csv: false },
              cell: ({ row }) => (
                <MemberActions member={row.original} onLink={onLink} onRemove={() => setLeaving(row.original)} />
              ),
            } satisfies ColumnDef<Member>,
          ]
        : []),
    ],
    [t, canWrite, onLink, user.id],
  );
  return (
    <>
      {leaving ? <RemoveQuestion member={leaving} onClose={() => setLeaving(null)} /> : null}
      <DataTable
        label={t("title")}
        name="members"
        columns={columns}
        query={query}
        rowId={(row) => row.id}
        empty={<EmptyState title={t("empty")} />}
      />
    </>
  );
}

type MemberActionsProps = { member: Member; onLink: (link: ShownLink) => void; onRemove: () => void };

function RemoveQuestion({ member, onClose }: { member: Member; onClose: () => void }) {
  const t = useTranslations("settings.members.remove");
  const { user } = useSession();
  const remove = useRemoveMember();
  const delegations = useDelegations(member.id);
  const [fate, setFate] = useState<TokenFate>("revoke");
  const isMe = member.id === user.id;
  return (
    <ConfirmDialog
      open
      onOpenChange={(open) => open || onClose()}
      disabled={delegations.isPending}
      title={isMe ? t("self.title") : t("title", { name: member.name })}
      description={isMe ? t("self.description") : t("description")}
      action={isMe ? t("self.action") : t("action")}
      onConfirm={async () => {
        await remove.mutateAsync({ id: member.id, tokens: fate });
        if (isMe) window.location.assign("/");
        else toast.success(t("done", { name: member.name }));
      }}
    >
      <DelegationsShown query={delegations} fate={fate} onFate={setFate} canKeep={!isMe} />
    </ConfirmDialog>
  );
}

function MemberActions({ member, onLink, onRemove }: MemberActionsProps) {
  const t = useTranslations("settings.members");
  const explain = useErrorText();
  const makeLink = usePasswordLink();
  const reset = useResetSecondFactor();
  const { user } = useSession();
  const [isAsking, setAsking] = useState(false);
  const isMe = member.id === user.id;
  return (
    <>
      <ConfirmDialog
        open={isAsking}
        onOpenChange={setAsking}
        title={t("secondFactor.reset.title", { name: member.name })}
        description={t("secondFactor.reset.description")}
        action={t("secondFactor.reset.action")}
        onConfirm={async () => {
          await reset.mutateAsync(member.id);
          toast.success(t("secondFactor.reset.done", { name: member.name }));
        }}
      />
      <DropdownMenu>
        <DropdownMenuTrigger asChild>
          <Button variant="ghost" size="icon-sm" aria-label={t("actionsFor", { name: member.name })} loading={makeLink.isPending}>
            {makeLink.isPending ? null : <Ellipsis aria-hidden />}
          </Button>
        </DropdownMenuTrigger>
        <DropdownMenuContent align="end">
          {isMe ? null : (
            <DropdownMenuItem
              onSelect={() =>
                makeLink.mutate(member.id, {
                  onSuccess: (link) => onLink({ ...link, email: member.email, kind: "password" }),
                  onError: (error) => {
                    const { message, detail } = explain(error);
                    toast.error(t("noLink"), { description: detail ?? message });
                  },
                })
              }
            >
              <KeyRound aria-hidden />
              {t("passwordLink")}
            </DropdownMenuItem>
          )}
          {member.secondFactor && !isMe ? (
            <DropdownMenuItem onSelect={() => setAsking(true)}>
              <ShieldOff aria-hidden />
              {t("secondFactor.reset.open")}
            </DropdownMenuItem>
          ) : null}
          {isMe ? null : <DropdownMenuSeparator />}
          <DropdownMenuItem danger onSelect={onRemove}>
            <UserMinus aria-hidden />
            {t(isMe ? "remove.self.action" : "remove.action")}
          </DropdownMenuItem>
        </DropdownMenuContent>
      </DropdownMenu>
    </>
  );
}

function Invitations({ canWrite }: { canWrite: boolean }) {
  const t = useTranslations("settings.members.invitations");
  const roles = useTranslations("shell.roles");
  const query = useInvitations();
  const withdraw = useWithdrawInvitation();
  const columns = useMemo<ColumnDef<Invitation>[]>(
    () => [
      {
        id: "email",
        accessorKey: "email",
        meta: { label: t("columns.email"), card: "title" },
        cell: ({ row }) => row.original.email,
      },
      {
        id: "role",
        accessorFn: (row) => roles(row.role),
        meta: { label: t("columns.role"), className: "w-36" },
        cell: ({ row }) => roles(row.original.role),
      },
      {
        id: "createdAt",
        accessorKey: "createdAt",
        meta: { label: t("columns.sent"), className: "w-40" },
        cell: ({ row }) => <Time at={row.original.createdAt} className="text-muted" />,
      },
      {
        id: "expiresAt",
        accessorKey: "expiresAt",
        meta: { label: t("columns.expires"), className: "w-44" },
        cell: ({ row }) => <Time at={row.original.expiresAt} format="full" className="text-muted" />,
      },
      ...(canWrite
        ? [
            {
              id: "actions",
              meta: { label: t("columns.actions"), className: "w-28", align: "right", card: "aside", csv: false },
              cell: ({ row: { original } }) => (
                <ConfirmDialog
                  trigger={
                    <Button size="sm" variant="danger-ghost">
                      {t("withdraw.action")}
                    </Button>
                  }
                  title={t("withdraw.title", { email: original.email })}
                  description={t("withdraw.description")}
                  action={t("withdraw.confirm")}
                  onConfirm={() => withdraw.mutateAsync(original.id)}
                />
              ),
            } satisfies ColumnDef<Invitation>,
          ]
        : []),
    ],
    [t, roles, canWrite, withdraw.mutateAsync],
  );
  return (
    <DataTable
      label={t("title")}
      name="invitations"
      columns={columns}
      query={query}
      rowId={(row) => row.id}
      empty={<EmptyState title={t("empty.title")} description={t("empty.description")} className="py-8" />}
    />
  );
}
