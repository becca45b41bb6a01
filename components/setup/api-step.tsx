"use client";

import { ArrowRight, Smartphone } from "lucide-react";
import { useTranslations } from "next-intl";
import { CodeBlock } from "@/components/shared/code-block";
import { CopyButton } from "@/components/shared/copy-button";
import { ErrorNote } from "@/components/shared/error-note";
import { IdChip } from "@/components/shared/id-chip";
import { KeyValue, KeyValues } from "@/components/shared/key-value";
import { Note } from "@/components/shared/note";
import { Button } from "@/components/ui/button";
import { Link } from "@/components/ui/link";
import { Tabs, TabsContent, TabsList, TabsTrigger } from "@/components/ui/tabs";
import type { Integration } from "@/lib/integrations/schema";
import { StepCard } from "./setup-frame";

type ApiStepProps = {
  integration: Integration;
  /** Only when it was made just now; it is never shown twice. */
  token: string | undefined;
  /** One was made before. */
  hasToken: boolean;
  apiUrl: string;
  onNewToken: () => void;
  isMaking: boolean;
  failure: unknown;
};

/** The guide's commands, ready to paste. */
export function ApiStep({ integration, token, hasToken, apiUrl, onNewToken, isMaking, failure }: ApiStepProps) {
  const t = useTranslations("setup.api");
  const commands = commandsOf(apiUrl, token ?? "YOUR_TOKEN", integration.id);
  return (
    <StepCard
      title={t("title")}
      description={t(token ? "description" : "descriptionWithout")}
      footer={
        <>
          {integration.config.sandbox ? (
            <Button asChild>
              <Link href="/sandbox">
                <Smartphone aria-hidden />
                {t("phone")}
              </Link>
            </Button>
          ) : null}
          <Button asChild variant="primary">
            <Link href="/">
              {t("finish")}
              <ArrowRight aria-hidden />
            </Link>
          </Button>
        </>
      }
    >
      <div className="grid gap-5">
        <KeyValues>
          <KeyValue label={t("token")}>
            {token ? (
              <span className="flex min-w-0 items-center gap-1">
                <span className="min-w-0 break-all font-mono text-xs">{token}</span>
                <CopyButton value={token} name={t("token")} />
              </span>
            ) : (
              <span className="flex flex-wrap items-center gap-2">
                {hasToken ? <span className="text-muted">{t("shownBefore")}</span> : null}
                <Button size="sm" variant={hasToken ? "secondary" : "primary"} loading={isMaking} onClick={onNewToken}>
                  {t(hasToken ? "newToken" : "createToken")}
                </Button>
              </span>
            )}
          </KeyValue>
          <KeyValue label={t("integration")}>
            <IdChip id={integration.id} className="-ml-1" />
          </KeyValue>
        </KeyValues>
        <ErrorNote error={failure} title={t("noToken")} />
        {token ? <Note tone="warning">{t("keep")}</Note> : <p className="max-w-reading text-muted text-sm">{t("rights")}</p>}
        <Tabs defaultValue="template">
          <TabsList aria-label={t("commands")}>
            {commands.map(({ name }) => (
              <TabsTrigger key={name} value={name}>
                {t(`command.${name}`)}
              </TabsTrigger>
            ))}
          </TabsList>
          {commands.map(({ name, code }) => (
            <TabsContent key={name} value={name} className="grid gap-3">
              <CodeBlock title="curl" code={code} />
              <p className="text-muted text-sm">{t(`hint.${name}`)}</p>
            </TabsContent>
          ))}
        </Tabs>
      </div>
    </StepCard>
  );
}

/** Word for word the guide's, with its two blanks filled in. */
function commandsOf(apiUrl: string, token: string, integrationId: string) {
  const post = (path: string, body: string) => `curl -X POST ${apiUrl}/api/v1${path} \\
  -H "Authorization: Bearer ${token}" \\
  -H "Content-Type: application/json" \\
  -d '${body}'`;
  return [
    {
      name: "template",
      code: post(
        "/crm/whatsapp/send",
        `{
    "phoneNumber": "+905551234567",
    "template": "order_confirmation",
    "templateParams": {
      "orderNumber": "ORD-12345",
      "customerName": "John Doe"
    }
  }`,
      ),
    },
    {
      name: "text",
      code: post(
        "/crm/whatsapp/send",
        `{
    "phoneNumber": "+905551234567",
    "message": "Hello! This is a test message from Dese EA Plan."
  }`,
      ),
    },
    {
      name: "test",
      code: `curl -X POST ${apiUrl}/api/v1/integrations/${integrationId}/test \\
  -H "Authorization: Bearer ${token}"`,
    },
    {
      name: "status",
      code: `curl -X GET ${apiUrl}/api/v1/integrations/${integrationId} \\
  -H "Authorization: Bearer ${token}"`,
    },
  ] as const;
}
