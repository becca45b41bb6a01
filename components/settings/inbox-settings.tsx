"use client";

import { useTranslations } from "next-intl";
import { ErrorNote } from "@/components/shared/error-note";
import { Section } from "@/components/shared/section";
import { useCan } from "@/components/shell/session";
import { SwitchField } from "@/components/ui/choice";
import { toast } from "@/components/ui/toast";
import type { Organization } from "@/lib/organizations/schema";
import { LabelSettings } from "./label-settings";
import { useOrganization, useUpdateOrganization } from "./queries";
import { ReplySettings } from "./reply-settings";

/** Who may answer, and what the team sorts and answers with. */
export function InboxSettings({ initial }: { initial: Organization }) {
  const can = useCan();
  return (
    <div className="grid max-w-3xl gap-5">
      <Answering initial={initial} canWrite={can("organization:write")} />
      {can("messages:read") ? (
        <>
          <ReplySettings canWrite={can("messages:write")} />
          <LabelSettings canWrite={can("messages:write")} />
        </>
      ) : null}
    </div>
  );
}

function Answering({ initial, canWrite }: { initial: Organization; canWrite: boolean }) {
  const t = useTranslations("settings.inbox.answering");
  const organizationText = useTranslations("settings.organization");
  const common = useTranslations("common");
  const { data: organization } = useOrganization(initial);
  const update = useUpdateOrganization();
  return (
    <Section title={t("title")} description={t("description")}>
      <div className="grid gap-3">
        <SwitchField
          label={t("onlyAssignee")}
          hint={t("onlyAssigneeHint")}
          checked={organization.onlyAssigneeAnswers}
          disabled={!canWrite || update.isPending}
          onCheckedChange={(onlyAssigneeAnswers) =>
            update.mutate({ onlyAssigneeAnswers }, { onSuccess: () => toast.success(common("saved")) })
          }
        />
        <ErrorNote error={update.error} title={organizationText("notSaved")} />
      </div>
    </Section>
  );
}
