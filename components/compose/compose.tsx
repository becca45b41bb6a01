"use client";

import { CalendarClock, SendHorizontal } from "lucide-react";
import dynamic from "next/dynamic";
import { useTranslations } from "next-intl";
import { type FormEvent, type KeyboardEvent, useMemo, useRef, useState } from "react";
import { useContact, useContactByNumber, useContactSearch } from "@/components/contacts/queries";
import { useAllIntegrations } from "@/components/messages/queries";
import { ErrorNote } from "@/components/shared/error-note";
import { Note } from "@/components/shared/note";
import { PageHeader } from "@/components/shared/page-header";
import { Section } from "@/components/shared/section";
import { StatusBadge } from "@/components/shared/status-badge";
import { useCan } from "@/components/shell/session";
import { useTemplates } from "@/components/templates/queries";
import { exampleValues } from "@/components/templates/template-preview";
import { Button } from "@/components/ui/button";
import { Card } from "@/components/ui/card";
import { Field } from "@/components/ui/field";
import { Input } from "@/components/ui/input";
import { Kbd } from "@/components/ui/kbd";
import { Select } from "@/components/ui/select";
import { Tabs, TabsContent, TabsList, TabsTrigger } from "@/components/ui/tabs";
import type { Contact } from "@/lib/contacts/schema";
import type { Integration } from "@/lib/integrations/schema";
import type { SendMessage } from "@/lib/messages/schema";
import { formatPhone, readE164 } from "@/lib/phone-format";
import type { Template } from "@/lib/templates/schema";
import { MESSAGE_LIMITS, textLength } from "@/lib/whatsapp/text-length";
import type { ComposeMode } from "./address";
import { AttachButton, AttachmentList, DropZone } from "./attachment-list";
import { answerParts, saysText, sendParts, useAttachments } from "./attachments";
import { HeaderFile, headerKindOf } from "./header-file";
import { Preview } from "./preview";
import { NOT_WRITTEN, newIdempotencyKey, useCheck, useSend } from "./queries";
import { paramProblems, type ReasonContext, Reasons } from "./reasons";
import { RecipientField, RecipientSummary } from "./recipient-field";
import { TemplatePicker } from "./template-picker";
import { TextEditor } from "./text-editor";
import { useDraft } from "./use-draft";

/** Comes once somebody is chosen who may have written. */
const LastWords = dynamic(() => import("@/components/conversations/last-words").then((module) => module.LastWords), {
  ssr: false,
});

const MOST_FILES = 10;

type TemplateRef = { name: string; language?: string };

/** What the address asks for. */
type ComposeProps = {
  to: string;
  /** Somebody without a number. */
  person: Contact | null;
  mode: ComposeMode;
  integrationId?: string;
  template?: TemplateRef;
};

/** Writes one message: to whom, what, what it will look like, and everything that stands against it. */
export function Compose({ to: firstTo, person: firstPerson, mode: firstMode, template: firstTemplate, ...asked }: ComposeProps) {
  const t = useTranslations("compose");
  const can = useCan();
  const form = useRef<HTMLFormElement>(null);
  const [to, setTo] = useState(() => (readE164(firstTo) ? formatPhone(firstTo) : firstTo));
  const [person, setPerson] = useState(firstPerson);
  const [mode, setMode] = useState(firstMode);
  const [text, setText] = useState("");
  const [wanted, setWanted] = useState(firstTemplate);
  const [values, setValues] = useState<Record<string, string>>({});
  const [integrationId, setIntegrationId] = useState(asked.integrationId);
  const [sentIds, setSentIds] = useState<string[]>([]);
  const [key, setKey] = useState(newIdempotencyKey);
  const integrations = useAllIntegrations();
  const integration = integrations.data?.find((x) => (integrationId ? x.id === integrationId : x.isDefault));
  const allTemplates = useTemplates();
  const templates = useMemo(() => ofAccount(allTemplates.data, integration), [allTemplates.data, integration]);
  const template = mode === "template" ? findTemplate(templates, wanted) : undefined;
  const phone = person ? null : readE164(to);
  const contact = useRecipient(person, phone);
  const [touched, setTouched] = useState<ReadonlySet<string>>(new Set());
  const isNamed = !person && /\p{L}/u.test(to);
  const named = useContactSearch(to, isNamed);
  const tooMany = Math.max(0, textLength(text) - MESSAGE_LIMITS.textBody);
  const draft = useDraft(person?.id ?? phone, { mode, text, ...(wanted ? { template: wanted } : {}), values }, (left) => {
    setMode(left.mode);
    setText(left.text);
    setWanted(left.template ?? wanted);
    setValues(left.values);
  });
  /** What was uploaded belongs to one number, and to one kind of message. */
  function changeMode(next: ComposeMode) {
    setMode(next);
    files.clear();
  }
  function changeIntegration(id: string) {
    setIntegrationId(id);
    files.clear();
  }
  function clear() {
    setText("");
    setValues({});
    setTouched(new Set());
    files.clear();
    draft.drop();
  }

  const files = useAttachments(integration?.id, { most: mode === "text" ? MOST_FILES : 1 });
  const headerKind = headerKindOf(template);
  const headerFile = files.ready.find(({ type }) => type === headerKind);
  const parts = useMemo(() => answerParts(tooMany === 0 ? text : "", files.list), [tooMany, text, files.list]);
  const where = useMemo(() => {
    if (!person && (!/\d/.test(to) || /\p{L}/u.test(to))) return null;
    const who = person ? { contactId: person.id } : { phoneNumber: to.trim() };
    return { ...who, ...(integrationId ? { integrationId } : {}) };
  }, [person, to, integrationId]);
  const body = useMemo((): SendMessage | null => {
    if (!where) return null;
    if (!template) return { ...where, ...((mode === "text" && parts[0]?.says) || { message: NOT_WRITTEN }) };
    const given = Object.fromEntries(template.variables.flatMap((v) => (values[v.key] ? [[v.key, values[v.key] ?? ""]] : [])));
    return {
      ...where,
      template: template.name,
      language: template.language,
      ...(headerFile ? { media: { type: headerFile.type, id: headerFile.id } } : {}),
      ...(template.variables.length > 0 ? { templateParams: given } : {}),
    };
  }, [where, mode, parts, template, values, headerFile]);

  const check = useCheck(body);
  // While no template is chosen, the stand-in text must not be blamed for being text.
  const isUnchosen = mode === "template" && !template;
  const reasons =
    (body && check.data?.reasons.filter((reason) => !isUnchosen || reason.code !== "outside_customer_service_window")) || [];
  const result = body && check.data ? { ...check.data, ok: reasons.length === 0, reasons } : undefined;
  const nobody = isNamed && named.data?.data.length === 0;
  const missing = !body
    ? nobody
      ? t("check.nobody", { name: to.trim() })
      : t("check.noRecipient")
    : isUnchosen
      ? t("check.noTemplate")
      : mode === "text" && !text.trim() && files.list.length === 0
        ? t("check.noText")
        : mode === "text" && tooMany > 0
          ? t("check.tooLong", { count: tooMany, limit: MESSAGE_LIMITS.textBody })
          : headerKind && !headerFile
            ? t("check.noHeader", { kind: headerKind })
            : (mode === "text" || headerKind) && !files.isWhole
              ? t("check.filesNotReady")
              : null;
  const problems = paramProblems(reasons);
  const send = useSend();
  const isRefused = result !== undefined && !result.ok;
  const scheduledFor = result?.ok && !missing ? result.scheduledFor : undefined;

  const focusOn = (name: string) =>
    requestAnimationFrame(() =>
      form.current
        ?.querySelector<HTMLElement>(`[name="${CSS.escape(name)}"], [data-field="${CSS.escape(name)}"] button`)
        ?.focus(),
    );
  const context: ReasonContext = {
    phoneNumber: to,
    contact: contact.data ?? null,
    template,
    isTouched: template?.variables.some((variable) => touched.has(variable.key)) ?? false,
    hasIntegration: (integrations.data?.length ?? 0) > 0,
    takeNumber: (e164) => setTo(formatPhone(e164)),
    chooseTemplate: () => {
      setMode("template");
      focusOn("template");
    },
    fillIn: (name) => focusOn(`param-${name}`),
  };

  async function submit(event?: FormEvent) {
    event?.preventDefault();
    if (!where || !body || missing || isRefused || send.isPending) return;
    const { message: _, media, ...to } = body;
    try {
      await sendParts(send.mutateAsync, to, template ? [{ says: media ? { media } : {} }] : parts, {
        key,
        onSent({ says, file }, { id }) {
          setSentIds((ids) => [...ids, id]);
          if (file !== undefined) files.remove(file);
          if (saysText(says)) setText("");
        },
      });
      setKey(newIdempotencyKey());
      clear();
    } catch (error) {
      // The server has decided; another press is another attempt.
      if (error instanceof Error && "status" in error && error.status !== 0) setKey(newIdempotencyKey());
    }
  }

  function onKeyDown(event: KeyboardEvent) {
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) void submit();
  }

  return (
    <>
      <PageHeader title={t("title")} description={t("description")} />
      {can("messages:write") ? null : <Note tone="warning" title={t("readOnly")} className="mb-4" />}
      <div className="grid items-start gap-5 lg:grid-cols-[minmax(0,1fr)_24rem]">
        <form ref={form} onSubmit={submit} onKeyDown={onKeyDown} className="grid gap-4" noValidate>
          <Card className="grid gap-4 p-4">
            <RecipientField
              value={person ? (person.name ?? t("recipient.contact")) : to}
              onChange={(next, chosen) => {
                setTo(next);
                setPerson(chosen ?? null);
              }}
              autoFocus={!firstTo && !firstPerson}
            />
            {person || phone ? <RecipientSummary {...contact} /> : nobody ? <Nobody name={to.trim()} /> : null}
            {contact.data && can("messages:read") ? <LastWords contactId={contact.data.id} /> : null}
            <IntegrationField integrations={integrations.data} value={integration} onChange={changeIntegration} />
          </Card>
          {draft.isRestored ? (
            <Note
              action={
                <Button size="sm" onClick={clear}>
                  {t("draft.discard")}
                </Button>
              }
            >
              {t("draft.restored")}
            </Note>
          ) : null}
          <Card>
            <Tabs value={mode} onValueChange={(next) => changeMode(next as ComposeMode)}>
              <TabsList aria-label={t("content")} className="px-4 pt-1">
                <TabsTrigger value="text">{t("modes.text")}</TabsTrigger>
                <TabsTrigger value="template">{t("modes.template")}</TabsTrigger>
              </TabsList>
              <TabsContent value="text">
                <DropZone attachments={files} className="grid gap-3 p-4">
                  <TextEditor value={text} onChange={setText} extra={<AttachButton attachments={files} size="icon-sm" />} />
                  <AttachmentList attachments={files} />
                </DropZone>
              </TabsContent>
              <TabsContent value="template" className="grid gap-4 p-4">
                <ErrorNote error={allTemplates.error} title={t("template.failed")} onRetry={() => void allTemplates.refetch()} />
                <div data-field="template">
                  <Field label={t("template.label")} hint={templates?.length === 0 ? t("template.empty") : undefined}>
                    <TemplatePicker
                      templates={templates ?? []}
                      value={template}
                      disabled={!templates}
                      onChange={({ name, language }) => {
                        setWanted({ name, language });
                        setValues({});
                        setTouched(new Set());
                        files.clear();
                      }}
                    />
                  </Field>
                </div>
                {headerKind ? <HeaderFile kind={headerKind} attachments={files} /> : null}
                {template ? (
                  <Values
                    template={template}
                    values={values}
                    problems={problems}
                    touched={touched}
                    onTouch={(key) => setTouched(new Set([...touched, key]))}
                    onChange={setValues}
                  />
                ) : null}
              </TabsContent>
            </Tabs>
          </Card>
          <Section
            title={t("check.title")}
            footer={
              <>
                <span className="mr-auto hidden items-center gap-1.5 text-muted text-xs md:flex">
                  <Kbd>Ctrl</Kbd>
                  <Kbd>Enter</Kbd>
                </span>
                <Button
                  type="submit"
                  variant="primary"
                  size="lg"
                  className="max-md:w-full"
                  loading={send.isPending}
                  disabled={!can("messages:write") || missing !== null || isRefused}
                >
                  {send.isPending ? null : scheduledFor ? <CalendarClock aria-hidden /> : <SendHorizontal aria-hidden />}
                  {t(scheduledFor ? "schedule" : "send")}
                </Button>
              </>
            }
          >
            <div className="grid gap-3">
              <ErrorNote error={send.error} title={t("notSent")} />
              <Reasons check={{ ...check, data: result, error: body ? check.error : null }} missing={missing} context={context} />
            </div>
          </Section>
        </form>
        <div className="lg:sticky lg:top-16">
          <Preview
            phone={phone}
            contact={contact.data ?? null}
            sentIds={sentIds}
            text={mode === "text" ? text : null}
            files={files.ready}
            template={template}
            values={values}
          />
        </div>
      </div>
    </>
  );
}

/** The contact that is written to, kept up to date; null while the number is nobody's. */
function useRecipient(person: Contact | null, phone: string | null) {
  const byNumber = useContactByNumber(phone);
  const byId = useContact(person?.id ?? "", person ?? undefined, { enabled: person !== null });
  return person ? byId : byNumber;
}

/** The templates of the account that the integration sends from; undefined until they are known. */
function ofAccount(templates: Template[] | undefined, integration: Integration | undefined): Template[] | undefined {
  return templates?.filter((x) => !integration || x.businessAccountId === integration.config.businessAccountId);
}

function findTemplate(templates: readonly Template[] | undefined, wanted: TemplateRef | undefined): Template | undefined {
  const named = templates?.filter((x) => x.name === wanted?.name) ?? [];
  return named.find((x) => x.language === wanted?.language) ?? named[0];
}

function Nobody({ name }: { name: string }) {
  const t = useTranslations("compose.check");
  return <p className="text-muted text-sm">{t("nobody", { name })}</p>;
}

type IntegrationFieldProps = {
  integrations: Integration[] | undefined;
  value: Integration | undefined;
  onChange: (id: string) => void;
};

function IntegrationField({ integrations = [], value, onChange }: IntegrationFieldProps) {
  const t = useTranslations("compose");
  if (integrations.length < 2) return null;
  return (
    <Field label={t("from")}>
      <Select
        value={value?.id}
        onValueChange={onChange}
        placeholder={t("chooseIntegration")}
        options={integrations.map((integration) => ({
          value: integration.id,
          label: (
            <span className="inline-flex items-center gap-2">
              {integration.name}
              <span className="text-muted text-xs tabular-nums">{integration.phone.displayPhoneNumber}</span>
              {integration.status === "verified" ? null : <StatusBadge kind="integration" status={integration.status} plain />}
            </span>
          ),
        }))}
      />
    </Field>
  );
}

type ValuesProps = {
  template: Template;
  values: Record<string, string>;
  problems: Map<string, string>;
  /** The fields that were left at least once. */
  touched: ReadonlySet<string>;
  onTouch: (key: string) => void;
  onChange: (values: Record<string, string>) => void;
};

function Values({ template, values, problems, touched, onTouch, onChange }: ValuesProps) {
  const t = useTranslations("compose.values");
  if (template.variables.length === 0) return <p className="text-muted text-sm">{t("none")}</p>;
  const problemText = (key: string) => {
    const reason = problems.get(key);
    if (!values[key]) return touched.has(key) ? t("problems.empty") : undefined;
    if (!reason) return undefined;
    return t.has(`problems.${reason}` as never) ? t(`problems.${reason}` as never) : t("problems.other");
  };
  return (
    <fieldset className="grid gap-3">
      <legend className="mb-2 flex w-full items-center justify-between gap-3 font-medium text-sm">
        {t("title")}
        <Button variant="link" size="inline" className="text-xs" onClick={() => onChange(exampleValues(template))}>
          {t("useExamples")}
        </Button>
      </legend>
      <div className="grid gap-3 sm:grid-cols-2">
        {template.variables.map(({ key, place, example }) => (
          <Field
            key={key}
            label={<span className="font-mono text-xs">{key}</span>}
            aside={place === "body" ? undefined : t(`place.${place}`)}
            hint={example ? t("example", { example }) : undefined}
            error={problemText(key)}
          >
            <Input
              name={`param-${key}`}
              autoComplete="off"
              value={values[key] ?? ""}
              onBlur={() => onTouch(key)}
              onChange={(event) => onChange({ ...values, [key]: event.target.value })}
            />
          </Field>
        ))}
      </div>
    </fieldset>
  );
}
