"use client";

import { useTranslations } from "next-intl";
import { useErrorText } from "@/components/shared/use-error-text";
import { useCan } from "@/components/shell/session";
import { SwitchField } from "@/components/ui/choice";
import { toast } from "@/components/ui/toast";
import type { Organization } from "@/lib/organizations/schema";
import { useOrganization, useUpdateOrganization } from "./queries";

/** Whether everybody who signs in with a password needs a second factor. Holds at once. */
export function RequireSecondFactor({ initial }: { initial: Organization }) {
  const t = useTranslations("settings.members.secondFactor.require");
  const explain = useErrorText();
  const canWrite = useCan()("organization:write");
  const { data: organization } = useOrganization(initial);
  const update = useUpdateOrganization();
  return (
    <SwitchField
      label={t("label")}
      hint={t("hint")}
      checked={organization.requireSecondFactor}
      disabled={!canWrite || update.isPending}
      onCheckedChange={(requireSecondFactor) =>
        update.mutate(
          { requireSecondFactor },
          {
            onSuccess: () => toast.success(t(requireSecondFactor ? "on" : "off")),
            onError: (error) => {
              const { message, detail } = explain(error);
              toast.error(t("failed"), { description: detail ?? message });
            },
          },
        )
      }
    />
  );
}
