"use client";

import { useTranslations } from "next-intl";
import { ErrorNote } from "@/components/shared/error-note";
import { Section } from "@/components/shared/section";
import { Time } from "@/components/shared/time";
import { Badge } from "@/components/ui/badge";
import { Button } from "@/components/ui/button";
import { Skeleton } from "@/components/ui/skeleton";
import { browserOf } from "./browser";
import { useSignIns } from "./queries";

/** The last sign-ins, and those that were refused: what is not one's own can be seen here. */
export function SignIns() {
  const t = useTranslations("settings.account.signIns");
  const query = useSignIns();
  const signIns = query.data?.pages.flatMap((page) => page.data) ?? [];
  return (
    <Section title={t("title")} description={t("description")} padded={false}>
      {query.isPending ? (
        <div className="p-4">
          <Skeleton className="h-8 w-full" />
        </div>
      ) : query.error ? (
        <ErrorNote error={query.error} title={t("failed")} onRetry={() => void query.refetch()} className="m-4" />
      ) : (
        <>
          <ul>
            {signIns.map(({ id, outcome, method, userAgent, ip, at }) => (
              <li key={id} className="flex flex-wrap items-center gap-x-3 gap-y-1 border-b px-4 py-2.5 text-sm last:border-0">
                <Badge tone={outcome === "signed_in" ? "success" : "danger"}>{t(`outcomes.${outcome}`)}</Badge>
                <span title={userAgent ?? undefined}>{browserOf(userAgent).name ?? t("unknownBrowser")}</span>
                <span className="text-muted text-xs">
                  {t(`methods.${method}`)}
                  {ip ? ` · ${ip}` : ""}
                </span>
                <Time at={at} format="short" className="ml-auto text-muted text-xs" />
              </li>
            ))}
          </ul>
          {signIns.length === 0 ? <p className="p-4 text-muted text-sm">{t("none")}</p> : null}
          {query.hasNextPage ? (
            <div className="border-t px-4 py-2">
              <Button size="sm" loading={query.isFetchingNextPage} onClick={() => void query.fetchNextPage()}>
                {t("more")}
              </Button>
            </div>
          ) : null}
        </>
      )}
    </Section>
  );
}
