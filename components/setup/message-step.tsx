"use client";

import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { Check, CircleDashed } from "lucide-react";
import { useLocale, useTranslations } from "next-intl";
import { useState } from "react";
import { useFailureText } from "@/components/messages/failure-text";
import { MessageBubble } from "@/components/messages/message-bubble";
import { ErrorNote } from "@/components/shared/error-note";
import { Note } from "@/components/shared/note";
import { Phone } from "@/components/shared/phone";
import { StatusBadge, useStatusLabel } from "@/components/shared/status-badge";
import { Time, useClock } from "@/components/shared/time";
import { WhatsappBubble, WhatsappWall } from "@/components/shared/whatsapp-bubble";
import { Button } from "@/components/ui/button";
import { CheckboxField } from "@/components/ui/choice";
import { cn } from "@/components/ui/cn";
import { Field } from "@/components/ui/field";
import { Input } from "@/components/ui/input";
import { Select } from "@/components/ui/select";
import { Skeleton } from "@/components/ui/skeleton";
import { api } from "@/lib/http/client";
import type { Page } from "@/lib/http/paging";
import type { Integration } from "@/lib/integrations/schema";
import type { Accepted, Message } from "@/lib/messages/schema";
import { readE164 } from "@/lib/phone-format";
import type { Template } from "@/lib/templates/schema";
import { renderTemplate } from "@/lib/whatsapp/template-rules";
import { StepCard } from "./setup-frame";

/** The number of the virtual phone that the guide writes to. */
const VIRTUAL_PHONE = "+905551234567";
const GUIDE_TEMPLATE = "order_confirmation";
const WATCH_MS = 1_000;
/** The sandbox delivers within seconds, and so does Meta to a phone that is on. */
const SILENCE_MS = 30_000;
const MOVING = ["queued", "sending", "sent", "delivered", "unknown"];

type MessageStepProps = {
  integration: Integration;
  person: string;
  onContinue: () => void;
};

/** The first message, watched until it is read. */
export function MessageStep({ integration, person, onContinue }: MessageStepProps) {
  const t = useTranslations("setup.message");
  const [isAgain, setAgain] = useState(false);
  const latest = useLatest(integration.id);
  const message = isAgain ? undefined : latest.data;
  const isSandbox = integration.config.sandbox;
  return (
    <StepCard
      title={t("title")}
      description={t(isSandbox ? "description" : "descriptionMeta")}
      footer={
        message ? (
          <>
            <Button onClick={() => setAgain(true)}>{t("again")}</Button>
            <Button variant="primary" onClick={onContinue}>
              {t("continue")}
            </Button>
          </>
        ) : null
      }
    >
      {latest.isPending ? (
        <Skeleton className="h-48 w-full" />
      ) : message ? (
        <Watched message={message} integration={integration} />
      ) : (
        <Compose integration={integration} person={person} onSent={() => setAgain(false)} />
      )}
    </StepCard>
  );
}

/** The newest message of the integration: after a reload the one that was sent before it. */
function useLatest(integrationId: string) {
  return useQuery({
    queryKey: ["messages", "setup", integrationId],
    queryFn: async ({ signal }) => {
      const page = await api.get<Page<Message>>("/crm/whatsapp/messages", { query: { integrationId, limit: 1 }, signal });
      return page.data[0] ?? null;
    },
    select: (message) => message ?? undefined,
    refetchInterval: ({ state }) => (state.data && MOVING.includes(state.data.status) ? WATCH_MS : false),
  });
}

type ComposeProps = { integration: Integration; person: string; onSent: () => void };

function Compose({ integration, person, onSent }: ComposeProps) {
  const t = useTranslations("setup.message");
  const language = useLocale();
  const queryClient = useQueryClient();
  const isSandbox = integration.config.sandbox;
  const templates = useQuery({
    queryKey: ["templates", "setup", integration.id],
    queryFn: ({ signal }) =>
      api.get<Page<Template>>("/crm/whatsapp/templates", {
        query: { integrationId: integration.id, status: "APPROVED", limit: 100 },
        signal,
      }),
  });
  const [phone, setPhone] = useState(isSandbox ? VIRTUAL_PHONE : "");
  const [chosen, setChosen] = useState<string>();
  const [given, setGiven] = useState<Record<string, string>>({});
  const [agreed, setAgreed] = useState(isSandbox);

  const offered = (templates.data?.data ?? []).filter(
    (one) => one.category === "UTILITY" && (!isSandbox || one.name === GUIDE_TEMPLATE),
  );
  const template =
    offered.find((one) => one.id === chosen) ?? offered.find((one) => one.language.startsWith(language)) ?? offered[0];
  const examples = Object.fromEntries(
    (template?.variables ?? []).map(({ key, example }) => [key, key === "customerName" ? person : (example ?? "")]),
  );
  const params = { ...examples, ...Object.fromEntries(Object.entries(given).filter(([key]) => key in examples)) };
  const shown = template ? renderTemplate(template, params) : undefined;
  const isNumber = readE164(phone) !== null;
  const languageName = new Intl.DisplayNames(language, { type: "language" });
  const nameOf = (key: string) => (t.has(`params.${key}` as never) ? t(`params.${key}` as never) : inWords(key));

  // One message a form, however often it is clicked.
  const [clickKey] = useState(() => `setup-${Date.now()}-${Math.random()}`);
  const send = useMutation({
    mutationFn: async () => {
      if (!template) return;
      await api.post<Accepted>("/setup/test-message", {
        headers: { "idempotency-key": clickKey },
        body: {
          integrationId: integration.id,
          phoneNumber: phone,
          template: template.name,
          templateParams: params,
          language: template.language,
          wording: t("consentWording"),
        },
      });
    },
    onSuccess: async () => {
      await queryClient.invalidateQueries({ queryKey: ["messages", "setup"] });
      onSent();
    },
  });

  if (templates.isPending) return <Skeleton className="h-48 w-full" />;
  if (templates.error)
    return <ErrorNote error={templates.error} title={t("noTemplatesRead")} onRetry={() => void templates.refetch()} />;
  if (!template)
    return (
      <Note tone="warning" title={t("noTemplates.title")}>
        {t("noTemplates.description")}
      </Note>
    );

  return (
    <form
      noValidate
      className="grid gap-5 sm:grid-cols-2"
      onSubmit={(event) => {
        event.preventDefault();
        if (isNumber && agreed && !send.isPending) send.mutate();
      }}
    >
      <div className="grid content-start gap-4">
        {isSandbox ? (
          <div className="grid gap-0.5 text-sm">
            <span className="font-medium">{t("to")}</span>
            <Phone number={VIRTUAL_PHONE} copy />
            <span className="text-muted text-xs">{t("virtualPhone")}</span>
          </div>
        ) : (
          <>
            <Field label={t("to")} hint={t("toHint")} error={phone && !isNumber ? t("toWrong") : undefined}>
              <Input
                type="tel"
                autoComplete="tel"
                placeholder="+90 555 123 45 67"
                value={phone}
                onChange={(event) => setPhone(event.target.value)}
              />
            </Field>
            <Field label={t("template")}>
              <Select
                value={template.id}
                onValueChange={setChosen}
                options={offered.map((one) => ({ value: one.id, label: one.name, hint: one.language }))}
              />
            </Field>
          </>
        )}
        {template.variables.map(({ key }) => (
          <Field key={key} label={nameOf(key)}>
            <Input value={params[key] ?? ""} onChange={(event) => setGiven({ ...given, [key]: event.target.value })} />
          </Field>
        ))}
        {isSandbox ? (
          <p className="text-muted text-xs">
            {t("templateNamed", { name: template.name, language: languageName.of(template.language.replace("_", "-")) ?? "" })}
          </p>
        ) : null}
        {isSandbox ? (
          <p className="text-muted text-xs">{t("consentSandbox")}</p>
        ) : (
          <CheckboxField label={t("agreed")} hint={t("agreedHint")} checked={agreed} onCheckedChange={setAgreed} />
        )}
      </div>
      <WhatsappWall className="min-h-48">
        <WhatsappBubble
          body={shown?.body ?? ""}
          footer={shown?.footer}
          header={shown?.header?.text ? { type: "text", text: shown.header.text } : undefined}
          buttons={shown?.buttons.map(({ type, text }) => ({ type, text }))}
        />
      </WhatsappWall>
      <div className="grid gap-3 sm:col-span-2">
        <Button
          type="submit"
          variant="primary"
          size="lg"
          loading={send.isPending}
          disabled={!isNumber || !agreed}
          className="justify-self-end"
        >
          {t("send")}
        </Button>
        <ErrorNote error={send.error} title={t("notSent")} />
      </div>
    </form>
  );
}

/** `delivery_date` and `deliveryDate` as a person writes it. */
function inWords(key: string): string {
  const words = key
    .replace(/([a-z])([A-Z])/g, "$1 $2")
    .replaceAll("_", " ")
    .toLowerCase();
  return words.charAt(0).toUpperCase() + words.slice(1);
}

const MILESTONES = ["accepted", "sent", "delivered", "read"] as const;

function Watched({ message, integration }: { message: Message; integration: Integration }) {
  const t = useTranslations("setup.message");
  const statusLabel = useStatusLabel("message");
  const explain = useFailureText();
  const now = useClock();
  const isSilent =
    message.status === "sent" && message.sentAt !== null && now.getTime() - Date.parse(message.sentAt) > SILENCE_MS;
  const failure = message.error ? explain(message.error) : null;
  const times = { accepted: message.createdAt, sent: message.sentAt, delivered: message.deliveredAt, read: message.readAt };
  const reached = MILESTONES.findLastIndex((milestone) => times[milestone]);
  return (
    <div className="grid gap-5 sm:grid-cols-2">
      <WhatsappWall className="min-h-48">
        <MessageBubble message={message} />
      </WhatsappWall>
      <div className="grid content-start gap-4">
        <div className="flex flex-wrap items-center gap-2 text-sm">
          <Phone number={message.phoneNumber} />
          <span role="status">
            <StatusBadge kind="message" status={message.status} />
          </span>
        </div>
        <ol className="grid gap-2 text-sm">
          {MILESTONES.map((milestone, index) => {
            const at = times[milestone] ?? (index < reached ? times[MILESTONES[reached] ?? "accepted"] : null);
            return (
              <li key={milestone} className={cn("flex items-center gap-2", !at && "text-muted")}>
                {at ? (
                  <Check className="size-4 text-success" aria-hidden />
                ) : (
                  <CircleDashed
                    className={cn("size-4", index === reached + 1 && message.status !== "failed" && "animate-pulse")}
                    aria-hidden
                  />
                )}
                <span className="flex-1">{milestone === "accepted" ? t("accepted") : statusLabel(milestone)}</span>
                {at ? <Time at={at} format="seconds" className="text-muted text-xs" /> : null}
              </li>
            );
          })}
        </ol>
        {message.status === "read" ? (
          <Note tone="success" title={t("read.title")}>
            {t(integration.config.sandbox ? "read.sandbox" : "read.meta")}
          </Note>
        ) : null}
        {message.status === "scheduled" ? (
          <Note title={t.rich("scheduled", { at: () => <Time at={message.scheduledFor} format="full" /> })}>
            {t("scheduledHint")}
          </Note>
        ) : null}
        {isSilent ? (
          <Note tone="warning" title={t("silent.title")}>
            {t(integration.config.sandbox ? "silent.sandbox" : "silent.meta")}
          </Note>
        ) : null}
        {failure ? (
          <Note tone="danger" title={failure.title}>
            {failure.meaning} {failure.action}{" "}
            {message.error?.code ? <span className="text-xs">{t("metaCode", { code: message.error.code })}</span> : null}
          </Note>
        ) : null}
      </div>
    </div>
  );
}
