"use client";

import { Pencil, PenLine, RotateCcw } from "lucide-react";
import { useTranslations } from "next-intl";
import { useState } from "react";
import { useLanguageName } from "@/components/contacts/use-names";
import { useAllIntegrations } from "@/components/messages/queries";
import { CodeBlock } from "@/components/shared/code-block";
import { ErrorNote } from "@/components/shared/error-note";
import { IdChip } from "@/components/shared/id-chip";
import { KeyValue, KeyValues } from "@/components/shared/key-value";
import { Note } from "@/components/shared/note";
import { PageHeader } from "@/components/shared/page-header";
import { Section } from "@/components/shared/section";
import { StatusBadge, statusLook } from "@/components/shared/status-badge";
import { Time } from "@/components/shared/time";
import { useOrigin } from "@/components/shared/use-origin";
import { WhatsappWall } from "@/components/shared/whatsapp-bubble";
import { useCan } from "@/components/shell/session";
import { toneColor } from "@/components/ui/badge";
import { Button } from "@/components/ui/button";
import { Field } from "@/components/ui/field";
import { Input } from "@/components/ui/input";
import { Link } from "@/components/ui/link";
import type { Template } from "@/lib/templates/schema";
import { useTemplate, useTemplates } from "./queries";
import { SyncButton, SyncResult, useSync } from "./sync-button";
import { TemplateActions } from "./template-actions";
import { exampleValues, TemplatePreview } from "./template-preview";
import { useCategoryLabel } from "./use-words";

const EDITABLE = ["DRAFT", "APPROVED", "REJECTED", "PAUSED"];

/** A template in one language: what the person will read, what Meta says about it, and how to send it. */
export function TemplateDetail({ template: initial }: { template: Template }) {
  const t = useTranslations("templates");
  const can = useCan();
  const language = useLanguageName();
  const sync = useSync();
  const { data: template = initial, error, refetch } = useTemplate(initial.id, initial);
  const [values, setValues] = useState(() => exampleValues(template));
  const isSendable = template.status === "APPROVED";

  return (
    <>
      <PageHeader
        back={{ href: "/templates", label: t("title") }}
        title={<span className="font-mono">{template.name}</span>}
        aside={<StatusBadge kind="template" status={template.status} />}
        description={language(template.language)}
        actions={
          <>
            <SyncButton sync={sync} />
            {can("templates:write") ? <TemplateActions template={template} /> : null}
            {can("templates:write") && EDITABLE.includes(template.status) ? (
              <Button asChild variant={isSendable ? "secondary" : "primary"}>
                <Link href={`/templates/${template.id}/edit`}>
                  <Pencil aria-hidden />
                  {t(template.status === "DRAFT" ? "continue" : "edit")}
                </Link>
              </Button>
            ) : null}
            {can("messages:write") && isSendable ? (
              <Button asChild variant="primary">
                <Link
                  href={`/compose?template=${encodeURIComponent(template.name)}&language=${encodeURIComponent(template.language)}`}
                >
                  <PenLine aria-hidden />
                  {t("use")}
                </Link>
              </Button>
            ) : null}
          </>
        }
      />
      <div className="grid gap-4">
        <SyncResult sync={sync} />
        {error ? <ErrorNote error={error} title={t("notUpdated")} onRetry={() => void refetch()} /> : null}
        <Advice template={template} />
        <div className="grid items-start gap-5 lg:grid-cols-2">
          <div className="grid gap-5">
            <Section title={t("preview.title")} description={t("preview.description")}>
              <div className="grid gap-4">
                <WhatsappWall className="px-5 py-6">
                  <TemplatePreview template={template} values={values} />
                </WhatsappWall>
                <Values template={template} values={values} onChange={setValues} />
              </div>
            </Section>
            <Section title={t("send.title")} description={t(isSendable ? "send.description" : "send.notYet")}>
              <SendCurl template={template} values={values} />
            </Section>
          </div>
          <div className="grid gap-5">
            <Facts template={template} />
            <OtherLanguages template={template} />
          </div>
        </div>
      </div>
    </>
  );
}

type ValuesProps = { template: Template; values: Record<string, string>; onChange: (values: Record<string, string>) => void };

function Values({ template, values, onChange }: ValuesProps) {
  const t = useTranslations("templates.preview");
  const examples = exampleValues(template);
  if (template.variables.length === 0) return <p className="text-muted text-sm">{t("noVariables")}</p>;
  const changed = JSON.stringify(values) !== JSON.stringify(examples);
  return (
    <fieldset className="grid gap-3">
      <legend className="mb-2 flex w-full items-center justify-between font-medium text-sm">
        {t("values")}
        {changed ? (
          <Button variant="link" size="inline" className="text-xs" onClick={() => onChange(examples)}>
            <RotateCcw aria-hidden className="size-3.5" />
            {t("examples")}
          </Button>
        ) : null}
      </legend>
      <div className="grid gap-3 sm:grid-cols-2">
        {template.variables.map((variable) => (
          <Field
            key={variable.key}
            label={<span className="font-mono text-xs">{variable.key}</span>}
            aside={variable.place === "body" ? undefined : t(`place.${variable.place}`)}
          >
            <Input
              autoComplete="off"
              value={values[variable.key] ?? ""}
              placeholder={variable.example ?? undefined}
              onChange={(event) => onChange({ ...values, [variable.key]: event.target.value })}
            />
          </Field>
        ))}
      </div>
    </fieldset>
  );
}

function Facts({ template }: { template: Template }) {
  const t = useTranslations("templates");
  const category = useCategoryLabel();
  const language = useLanguageName();
  const { data: integrations } = useAllIntegrations();
  const account = integrations?.find((integration) => integration.config.businessAccountId === template.businessAccountId);
  return (
    <Section title={t("facts")}>
      <KeyValues>
        <KeyValue label={t("status")}>
          <StatusBadge kind="template" status={template.status} />
        </KeyValue>
        <KeyValue label={t("category")}>{category(template.category)}</KeyValue>
        <KeyValue label={t("language")}>
          {language(template.language)} <span className="font-mono text-muted text-xs">{template.language}</span>
        </KeyValue>
        <KeyValue label={t("quality")}>
          <StatusBadge kind="quality" status={template.qualityScore ?? "UNKNOWN"} />
        </KeyValue>
        <KeyValue label={t("variables")}>
          {template.variables.length === 0 ? (
            <span className="text-muted">{t("none")}</span>
          ) : (
            <span className="flex flex-wrap gap-1">
              {template.variables.map((variable) => (
                <code
                  key={variable.key}
                  className="rounded-sm bg-surface-sunken px-1 font-mono text-xs"
                >{`{{${variable.key}}}`}</code>
              ))}
            </span>
          )}
        </KeyValue>
        <KeyValue label={t("account")}>
          {account ? (
            <Link href={`/integrations/${account.id}`} className="text-accent underline-offset-4 hover:underline">
              {account.name}
            </Link>
          ) : (
            <IdChip id={template.businessAccountId} className="-ml-1" />
          )}
        </KeyValue>
        <KeyValue label={t("syncedAt")}>
          <Time at={template.syncedAt} />
        </KeyValue>
        <KeyValue label={t("id")}>
          <IdChip id={template.id} className="-ml-1" />
        </KeyValue>
        <KeyValue label={t("metaId")}>
          {template.metaId === null ? "–" : <IdChip id={template.metaId} className="-ml-1" />}
        </KeyValue>
      </KeyValues>
    </Section>
  );
}

/** What Meta's verdict means and what to do about it; nothing while all is well. */
function Advice({ template }: { template: Template }) {
  const t = useTranslations("templates.advice");
  const category = useCategoryLabel();
  const reason = template.rejectedReason && template.rejectedReason !== "NONE" ? template.rejectedReason : null;
  const notes = [];
  if (template.status === "REJECTED") {
    const key = `rejected.${reason ?? "NONE"}` as Parameters<typeof t>[0];
    const known = t.has(key) ? key : "rejected.NONE";
    notes.push(
      <Note key="rejected" tone="danger" title={t("rejectedTitle")}>
        <p>{t(known)}</p>
        {reason ? <p className="mt-1 font-mono text-xs">{reason}</p> : null}
      </Note>,
    );
  }
  if (template.status === "PAUSED")
    notes.push(
      <Note key="paused" tone="warning" title={t("pausedTitle")}>
        {t("paused")}
      </Note>,
    );
  if (template.status === "DISABLED")
    notes.push(
      <Note key="disabled" tone="danger" title={t("disabledTitle")}>
        {t("disabled")}
      </Note>,
    );
  if (template.status === "PENDING" || template.status === "IN_APPEAL")
    notes.push(
      <Note key="pending" title={t("pendingTitle")}>
        {t("pending")}
      </Note>,
    );
  if (template.qualityScore === "RED" && template.status === "APPROVED") {
    notes.push(
      <Note key="quality" tone="warning" title={t("lowQualityTitle")}>
        {t("lowQuality")}
      </Note>,
    );
  }
  if (template.previousCategory && template.previousCategory !== template.category) {
    notes.push(
      <Note
        key="category"
        tone="warning"
        title={t("categoryTitle", { before: category(template.previousCategory), now: category(template.category) })}
      >
        {t("category")}
      </Note>,
    );
  }
  return notes;
}

function OtherLanguages({ template }: { template: Template }) {
  const t = useTranslations("templates");
  const language = useLanguageName();
  const { data } = useTemplates();
  const others =
    data?.filter((x) => x.name === template.name && x.businessAccountId === template.businessAccountId && x.id !== template.id) ??
    [];
  if (others.length === 0) return null;
  return (
    <Section title={t("otherLanguages")}>
      <ul className="flex flex-wrap gap-2">
        {others.map((other) => {
          const { icon: Icon, tone } = statusLook("template", other.status);
          return (
            <li key={other.id}>
              <Button asChild size="sm">
                <Link href={`/templates/${other.id}`}>
                  <Icon aria-hidden style={{ color: toneColor(tone) }} />
                  {language(other.language)}
                </Link>
              </Button>
            </li>
          );
        })}
      </ul>
    </Section>
  );
}

function SendCurl({ template, values }: { template: Template; values: Record<string, string> }) {
  const origin = useOrigin();
  const { data: integrations } = useAllIntegrations();
  const account = integrations?.filter((integration) => integration.config.businessAccountId === template.businessAccountId);
  const integrationId = account?.some((integration) => integration.isDefault) ? undefined : account?.[0]?.id;
  const params = Object.fromEntries(
    template.variables.map((variable) => [variable.key, values[variable.key] || variable.example || variable.key]),
  );
  const body = {
    phoneNumber: "+905551234567",
    template: template.name,
    language: template.language,
    ...(template.variables.length > 0
      ? { templateParams: template.parameterFormat === "POSITIONAL" ? Object.values(params) : params }
      : {}),
    ...(integrationId ? { integrationId } : {}),
  };
  const json = JSON.stringify(body, null, 2).replaceAll("'", "'\\''").replaceAll("\n", "\n  ");
  const code = `curl -X POST ${origin}/api/v1/crm/whatsapp/send \\\n  -H "Authorization: Bearer YOUR_TOKEN" \\\n  -H "Content-Type: application/json" \\\n  -d '${json}'`;
  return <CodeBlock title="curl" code={code} />;
}
