"use client";

import { useTranslations } from "next-intl";
import { useState } from "react";
import { ConfirmDialog } from "@/components/shared/confirm-dialog";
import { OvertakenNote } from "@/components/shared/overtaken-note";
import { useSession } from "@/components/shell/session";
import { Select } from "@/components/ui/select";
import { toast } from "@/components/ui/toast";
import { covers, ROLE_SCOPES, ROLES } from "@/lib/organizations/permissions";
import type { Member, Role, TokenFate } from "@/lib/organizations/schema";
import { DelegationsShown } from "./delegations";
import { useChangeRole, useDelegations } from "./queries";

/** A member's role. Every change is asked for: what it does to the person, to their tokens and to oneself. */
export function RoleCell({ member, canWrite }: { member: Member; canWrite: boolean }) {
  const t = useTranslations("settings.members");
  const roles = useTranslations("shell.roles");
  const { role: mine } = useSession();
  const [wanted, setWanted] = useState<Role | null>(null);
  if (!canWrite) return roles(member.role);
  const mayTouchOwners = mine === "owner";
  return (
    <>
      <Select
        aria-label={t("roleOf", { name: member.name })}
        className="w-40"
        value={member.role}
        disabled={member.role === "owner" && !mayTouchOwners}
        onValueChange={(role) => role !== member.role && setWanted(role as Role)}
        options={ROLES.filter((role) => role !== "owner" || mayTouchOwners || member.role === "owner").map((role) => ({
          value: role,
          label: roles(role),
          hint: t(`roleHints.${role}`),
        }))}
      />
      {wanted ? <RoleQuestion member={member} role={wanted} onClose={() => setWanted(null)} /> : null}
    </>
  );
}

function RoleQuestion({ member, role, onClose }: { member: Member; role: Role; onClose: () => void }) {
  const t = useTranslations("settings.members");
  const roles = useTranslations("shell.roles");
  const { user } = useSession();
  const change = useChangeRole();
  const [seen] = useState(member.updatedAt);
  const isOvertaken = seen !== member.updatedAt;
  const [fate, setFate] = useState<TokenFate>("revoke");
  const isLess = !covers(ROLE_SCOPES[role], ROLE_SCOPES[member.role]) || (member.role === "owner" && role !== "owner");
  const delegations = useDelegations(member.id, role);
  const isMe = member.id === user.id;
  const kind = isMe
    ? "self"
    : role === "owner"
      ? "makeOwner"
      : member.role === "owner"
        ? "unmakeOwner"
        : isLess
          ? "less"
          : "more";
  const words = { name: member.name, role: roles(role), from: roles(member.role) };
  return (
    <ConfirmDialog
      open
      onOpenChange={(open) => open || onClose()}
      disabled={isOvertaken || (isLess && delegations.isPending)}
      tone={isLess || role === "owner" ? "danger" : "primary"}
      title={t(`question.${kind}.title`, words)}
      description={t(`question.${kind}.description`, words)}
      action={t("question.action", words)}
      onConfirm={async () => {
        await change.mutateAsync({ id: member.id, role, tokens: fate, updatedAt: seen });
        if (isMe) window.location.assign(`/settings/account?lowered=${role}`);
        else toast.success(t("roleChanged", words));
      }}
    >
      {isOvertaken ? <OvertakenNote onTakeTheirs={onClose} /> : null}
      {isLess ? <DelegationsShown query={delegations} fate={fate} onFate={setFate} canKeep={!isMe} /> : null}
    </ConfirmDialog>
  );
}
