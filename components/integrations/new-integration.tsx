"use client";

import { useRouter } from "next/navigation";
import { useTranslations } from "next-intl";
import { useState } from "react";
import { PageHeader } from "@/components/shared/page-header";
import { Section } from "@/components/shared/section";
import { toast } from "@/components/ui/toast";
import { IntegrationForm } from "./integration-form";
import { useTestIntegration } from "./queries";

/** Connects, tests at once, and goes to where the results stand. */
export function NewIntegration() {
  const t = useTranslations("integrations");
  const router = useRouter();
  const test = useTestIntegration();
  const [isLeaving, setLeaving] = useState(false);
  return (
    <div className="mx-auto max-w-3xl">
      <PageHeader back={{ href: "/integrations", label: t("title") }} title={t("connect")} description={t("new.description")} />
      <Section title={t("new.title")}>
        <IntegrationForm
          onCancel={isLeaving ? undefined : () => router.push("/integrations")}
          onDone={async ({ id }) => {
            setLeaving(true);
            const report = await test.mutateAsync(id).catch(() => null);
            if (report?.status === "verified") toast.success(t("new.verified"));
            else toast.warning(t("new.notVerified"));
            router.push(`/integrations/${id}`);
          }}
        />
      </Section>
    </div>
  );
}
