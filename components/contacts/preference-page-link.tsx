"use client";

import { ExternalLink } from "lucide-react";
import { useTranslations } from "next-intl";
import { CopyButton } from "@/components/shared/copy-button";
import { ErrorNote } from "@/components/shared/error-note";
import { Section } from "@/components/shared/section";
import { Button } from "@/components/ui/button";
import { Skeleton } from "@/components/ui/skeleton";
import { usePreferenceLink } from "./queries";

/** The address of a person's own page, to be put into a message to them. */
export function PreferencePageLink({ contactId }: { contactId: string }) {
  const t = useTranslations("contacts.preferenceLink");
  const { data, error, refetch } = usePreferenceLink(contactId);
  return (
    <Section title={t("title")} description={t("description")}>
      {error ? (
        <ErrorNote error={error} title={t("failed")} onRetry={() => void refetch()} />
      ) : data ? (
        <div className="flex flex-wrap gap-2">
          <CopyButton value={data.url} label={t("copy")} variant="secondary" />
          <Button asChild size="sm" variant="ghost">
            <a href={data.url} target="_blank" rel="noreferrer noopener">
              <ExternalLink aria-hidden />
              {t("open")}
            </a>
          </Button>
        </div>
      ) : (
        <Skeleton className="h-8 w-32" aria-hidden />
      )}
    </Section>
  );
}
