"use client";

import { useRouter } from "next/navigation";
import { useTranslations } from "next-intl";
import { PageHeader } from "@/components/shared/page-header";
import { Section } from "@/components/shared/section";
import { toast } from "@/components/ui/toast";
import type { Integration } from "@/lib/integrations/schema";
import { IntegrationForm } from "./integration-form";
import { useTestIntegration } from "./queries";

export function EditIntegration({ integration }: { integration: Integration }) {
  const t = useTranslations("integrations");
  const router = useRouter();
  const test = useTestIntegration();
  const address = `/integrations/${integration.id}`;
  return (
    <div className="mx-auto max-w-3xl">
      <PageHeader
        back={{ href: address, label: integration.name }}
        title={t("editing.title", { name: integration.name })}
        description={t("editing.description")}
      />
      <Section title={t("editing.section")}>
        <IntegrationForm
          integration={integration}
          onCancel={() => router.push(address)}
          onDone={async (saved) => {
            // What was saved may be what the test missed, so it is asked at once, unless it works already.
            const isSettled = saved.status === "verified" && saved.checks.every(({ ok }) => ok) && saved.checks.length > 0;
            const report = isSettled ? saved : await test.mutateAsync(saved.id).catch(() => saved);
            if (report.status === "failed" || report.status === "unverified") toast.warning(t("editing.untested"));
            else toast.success(t("editing.saved"));
            router.push(address);
          }}
        />
      </Section>
    </div>
  );
}
