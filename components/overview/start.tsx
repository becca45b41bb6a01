"use client";

import { Check, Circle } from "lucide-react";
import { useTranslations } from "next-intl";
import { CodeBlock } from "@/components/shared/code-block";
import { Section } from "@/components/shared/section";
import { useCan } from "@/components/shell/session";
import { Button } from "@/components/ui/button";
import { cn } from "@/components/ui/cn";
import { Link } from "@/components/ui/link";
import type { Overview } from "@/lib/insights/schema";

type StartProps = { integrations: Overview["integrations"]; apiUrl: string };

/** Before anything was sent: what is left to do, each step with the way to begin it. */
export function Start({ integrations, apiUrl }: StartProps) {
  const t = useTranslations("overview.start");
  const can = useCan();
  const ready = integrations.find((number) => number.status === "verified");
  const first = integrations[0];
  const mayConnect = can("integrations:write") && can("tokens:write");
  const maySend = can("messages:write");
  const steps = [
    {
      key: "connect",
      isDone: ready !== undefined,
      action: !mayConnect ? null : first ? (
        <>
          <Button asChild variant="primary">
            <Link href={`/integrations/${first.integrationId}`}>{t("connect.mend")}</Link>
          </Button>
          <Button asChild>
            <Link href="/setup">{t("connect.sandbox")}</Link>
          </Button>
        </>
      ) : (
        <>
          <Button asChild variant="primary">
            <Link href="/setup">{t("connect.sandbox")}</Link>
          </Button>
          <Button asChild>
            <Link href="/integrations/new">{t("connect.meta")}</Link>
          </Button>
        </>
      ),
    },
    {
      key: "message",
      isDone: false,
      action:
        ready && maySend ? (
          <>
            <Button asChild variant="primary">
              <Link href={ready.sandbox && mayConnect ? "/setup" : "/compose"}>{t("message.action")}</Link>
            </Button>
            {ready.sandbox ? (
              <Button asChild>
                <Link href="/sandbox">{t("message.phone")}</Link>
              </Button>
            ) : null}
          </>
        ) : null,
    },
    {
      key: "code",
      isDone: false,
      action: can("tokens:write") ? (
        <Button asChild>
          <Link href="/settings/tokens?new=1">{t("code.action")}</Link>
        </Button>
      ) : null,
    },
  ] as const;
  const present = steps.findIndex((step) => !step.isDone);
  return (
    <Section title={t("title")} description={t("description")} padded={false} className="max-w-3xl">
      <ol>
        {steps.map(({ key, isDone, action }, index) => (
          <li key={key} className="grid grid-cols-[1.25rem_minmax(0,1fr)] gap-x-3 border-b p-4 last:border-0">
            {isDone ? (
              <Check className="mt-0.5 size-4 text-success" aria-hidden />
            ) : (
              <Circle className={cn("mt-0.5 size-4", index === present ? "text-accent" : "text-muted")} aria-hidden />
            )}
            <div className="grid gap-3">
              <div className="grid gap-0.5">
                <p className="font-medium text-base">
                  {t(`${key}.title`)} {isDone ? <span className="font-normal text-muted text-sm">{t("done")}</span> : null}
                </p>
                {isDone ? null : <p className="max-w-reading text-muted text-sm">{t(`${key}.description`)}</p>}
              </div>
              {!isDone && action ? <div className="flex flex-wrap gap-2">{action}</div> : null}
              {key === "code" ? <CodeBlock title="curl" code={sendCurl(apiUrl)} /> : null}
            </div>
          </li>
        ))}
      </ol>
    </Section>
  );
}

function sendCurl(apiUrl: string): string {
  return `curl -X POST ${apiUrl}/api/v1/crm/whatsapp/send \\
  -H "Authorization: Bearer YOUR_TOKEN" \\
  -H "Content-Type: application/json" \\
  -d '{ "phoneNumber": "+905551234567", "template": "order_confirmation",
        "templateParams": { "orderNumber": "ORD-12345", "customerName": "John Doe" } }'`;
}
