"use client";

import { RotateCw, Send } from "lucide-react";
import dynamic from "next/dynamic";
import { useSearchParams } from "next/navigation";
import { useTranslations } from "next-intl";
import type { ReactNode } from "react";
import { useLanguageName } from "@/components/contacts/use-names";
import { CodeBlock } from "@/components/shared/code-block";
import { IdChip } from "@/components/shared/id-chip";
import { KeyValue, KeyValues } from "@/components/shared/key-value";
import { Note } from "@/components/shared/note";
import { Phone } from "@/components/shared/phone";
import { statusLook, useStatusLabel } from "@/components/shared/status-badge";
import { Time, useClock } from "@/components/shared/time";
import { Timeline, type TimelineItem } from "@/components/shared/timeline";
import { useZone } from "@/components/shared/use-language";
import { useOrigin } from "@/components/shared/use-origin";
import { WhatsappWall } from "@/components/shared/whatsapp-bubble";
import { useSession } from "@/components/shell/session";
import { Link } from "@/components/ui/link";
import { formatDuration } from "@/lib/i18n/format";
import type { MessageDetail, TimelineStep } from "@/lib/messages/schema";
import { useCodeTitle, useFailureText } from "./failure-text";
import { MessageBubble } from "./message-bubble";
import { useIntegrationNames } from "./queries";
import { useWaitingText, waitingOf } from "./waiting";

const MessageDiagnosis = dynamic(() => import("./diagnosis").then((module) => module.MessageDiagnosis), { ssr: false });

/** A message in full: what went wrong, what the person sees, how it got there, and what it consists of. */
export function MessageView({ message }: { message: MessageDetail }) {
  const t = useTranslations("messages");
  return (
    <>
      <Outcome message={message} />
      <WhatsappWall className="px-5 py-5">
        <MessageBubble message={message} />
      </WhatsappWall>
      <Part title={t("timeline.title")}>
        <Steps message={message} />
      </Part>
      {message.direction === "outgoing" && message.status !== "read" ? <MessageDiagnosis id={message.id} /> : null}
      <Part title={t("facts.title")}>
        <Facts message={message} />
      </Part>
      <details className="rounded-lg border">
        <summary className="rounded-lg px-3 py-2 font-semibold text-sm">{t("api.title")}</summary>
        <div className="grid gap-3 px-3 pb-3">
          <Ids message={message} />
          <ApiView message={message} />
        </div>
      </details>
    </>
  );
}

function Part({ title, children }: { title: string; children: ReactNode }) {
  return (
    <section className="grid gap-2.5">
      <h3 className="font-semibold text-sm">{title}</h3>
      {children}
    </section>
  );
}

/** In plain words what became of it, where there is more to say than the state. */
function Outcome({ message }: { message: MessageDetail }) {
  const t = useTranslations("messages.outcome");
  const { language } = useZone();
  const now = useClock();
  const failureText = useFailureText();
  const waitingText = useWaitingText();
  const beside = useBesideList();
  const { status, error } = message;
  if (error && (status === "failed" || status === "unknown")) {
    const { title, meaning, action } = failureText(error);
    return (
      <Note tone="danger" title={t("failed", { title })}>
        <p>{meaning}</p>
        {message.resentAs ? null : <p className="mt-1.5 text-foreground">{action}</p>}
        {error.code !== null || error.details ? (
          <p className="mt-2 text-xs">
            {error.code === null ? null : <span className="font-mono">{t("code", { code: error.code })}</span>}
            {error.details ? <span className="block break-words">{error.details}</span> : null}
          </p>
        ) : null}
        {message.resentAs ? (
          <p className="mt-1.5 text-foreground">
            {t.rich("resent", {
              link: (text) => (
                <Link href={beside(message.resentAs ?? "")} className="underline underline-offset-4">
                  {text}
                </Link>
              ),
            })}
          </p>
        ) : null}
      </Note>
    );
  }
  if (status === "unknown") {
    return (
      <Note tone="warning" title={t("unknownTitle")}>
        {t("unknown")}
      </Note>
    );
  }
  const waiting = waitingOf(message);
  if (waiting) {
    return (
      <Note title={t("waitingTitle")}>
        <p>{waitingText(waiting)}</p>
        {waiting.until ? <p>{t("in", { duration: formatDuration(leftMs(waiting.until, now), language) })}</p> : null}
      </Note>
    );
  }
  return null;
}

function leftMs(until: string, now: Date): number {
  return Math.ceil(Math.max(0, Date.parse(until) - now.getTime()) / 60_000) * 60_000;
}

function Steps({ message }: { message: MessageDetail }) {
  const t = useTranslations("messages.timeline");
  const label = useStatusLabel("message");
  const items = message.timeline.map((step, index): TimelineItem => {
    const known = t.has(`steps.${step.step}` as never);
    const own =
      step.step === "retrying"
        ? { icon: RotateCw, tone: "warning" as const }
        : step.step === "accepted"
          ? { icon: Send, tone: "sending" as const }
          : undefined;
    const { icon, tone } = own ?? statusLook("message", step.step);
    return {
      key: `${index}`,
      at: step.at,
      title: known ? t(`steps.${step.step}` as never) : label(step.step),
      icon,
      tone,
      detail: <StepDetail step={step} />,
    };
  });
  return <Timeline items={items} />;
}

const ISO_TIME = /^\d{4}-\d{2}-\d{2}T[\d:.]+Z$/;
const META_CODE = /^(\d+): /;

function StepDetail({ step }: { step: TimelineStep }) {
  const t = useTranslations("messages.timeline");
  if (step.source === "person" && step.detail) return <span className="text-xs">{t("byPerson", { name: step.detail })}</span>;
  return (
    <span className="text-xs">
      {t(`sources.${step.source}`)}
      {step.detail ? (
        <>
          {" · "}
          <DetailText text={step.detail} />
        </>
      ) : null}
    </span>
  );
}

/** The server's note on a step: a moment, one of Meta's codes with its words, or a sentence. */
function DetailText({ text }: { text: string }) {
  const t = useTranslations("messages");
  const titleOf = useCodeTitle();
  if (ISO_TIME.test(text)) return t.rich("timeline.until", { at: () => <Time at={text} format="full" /> });
  const code = META_CODE.exec(text)?.[1];
  if (!code) return text;
  return (
    <span title={text}>
      {titleOf(Number(code))} <span className="font-mono">({t("outcome.code", { code })})</span>
    </span>
  );
}

function Facts({ message }: { message: MessageDetail }) {
  const t = useTranslations("messages.facts");
  const purposes = useTranslations("status.purpose");
  const integrationName = useIntegrationNames();
  const language = useLanguageName();
  const link = "text-accent underline-offset-4 hover:underline";
  const beside = useBesideList();
  return (
    <KeyValues className="rounded-lg border p-3">
      <KeyValue label={t("recipient")}>
        {message.contactName ? (
          <Link href={`/contacts/${message.contactId}`} className={link}>
            {message.contactName}
          </Link>
        ) : null}
        <Phone number={message.phoneNumber} copy className="flex" />
      </KeyValue>
      <KeyValue label={t("integration")}>
        <Link href={`/integrations/${message.integrationId}`} className={link}>
          {integrationName(message.integrationId)}
        </Link>
      </KeyValue>
      <KeyValue label={t("kind")}>
        {message.template ? (
          <Link href={`/templates?q=${encodeURIComponent(message.template)}`} className={link}>
            <span className="font-mono text-xs">{message.template}</span>
          </Link>
        ) : (
          t("text")
        )}
        {message.language ? <span className="text-muted"> · {language(message.language)}</span> : null}
      </KeyValue>
      {message.templateParams && Object.keys(message.templateParams).length > 0 ? (
        <KeyValue label={t("params")}>
          <dl className="grid gap-1">
            {Object.entries(message.templateParams).map(([key, value]) => (
              <div key={key} className="flex flex-wrap gap-x-2">
                <dt className="font-mono text-muted text-xs leading-5">
                  {Array.isArray(message.templateParams) ? Number(key) + 1 : key}
                </dt>
                <dd className="min-w-0 break-words">{value}</dd>
              </div>
            ))}
          </dl>
        </KeyValue>
      ) : null}
      <KeyValue label={t("purpose")}>{purposes(message.purpose)}</KeyValue>
      <KeyValue label={t("createdBy")}>
        <CreatedBy by={message.createdBy} />
      </KeyValue>
      <KeyValue label={t("createdAt")}>
        <Time at={message.createdAt} format="seconds" />
      </KeyValue>
      {message.scheduledFor ? (
        <KeyValue label={t("scheduledFor")}>
          <Time at={message.scheduledFor} format="full" />
        </KeyValue>
      ) : null}
      <KeyValue label={t("attempts")}>{message.attempts}</KeyValue>
      {message.resendOf ? (
        <KeyValue label={t("resendOf")}>
          <Link href={beside(message.resendOf)} className={link}>
            {t("theFirst")}
          </Link>
        </KeyValue>
      ) : null}
      {message.resentAs ? (
        <KeyValue label={t("resentAs")}>
          <Link href={beside(message.resentAs)} className={link}>
            {t("theNew")}
          </Link>
        </KeyValue>
      ) : null}
    </KeyValues>
  );
}

/** Another message beside the same list. */
function useBesideList(): (id: string) => string {
  const search = useSearchParams().toString();
  return (id) => `/messages/${id}${search ? `?${search}` : ""}`;
}

function Ids({ message }: { message: MessageDetail }) {
  const t = useTranslations("messages.facts");
  return (
    <KeyValues>
      <KeyValue label={t("id")}>
        <IdChip id={message.id} className="-ml-1" />
      </KeyValue>
      {message.metaMessageId ? (
        <KeyValue label={t("metaMessageId")}>
          <IdChip id={message.metaMessageId} className="-ml-1" />
        </KeyValue>
      ) : null}
      <KeyValue label={t("contactId")}>
        <IdChip id={message.contactId} className="-ml-1" />
      </KeyValue>
    </KeyValues>
  );
}

/** `user:usr_…`, `token:tok_…`, `system:…`. */
function CreatedBy({ by }: { by: string }) {
  const t = useTranslations("messages.facts.by");
  const { user } = useSession();
  const [type = "", id = ""] = by.split(":");
  if (type === "user") return id === user.id ? t("you") : <IdChip id={id} short className="-ml-1" />;
  if (type === "token") {
    return (
      <span className="inline-flex flex-wrap items-center gap-1">
        {t("token")} <IdChip id={id} short />
      </span>
    );
  }
  return t("system");
}

function ApiView({ message }: { message: MessageDetail }) {
  const t = useTranslations("messages.api");
  const origin = useOrigin();
  const curl = `curl ${origin}/api/v1/crm/whatsapp/messages/${message.id} \\\n  -H "Authorization: Bearer YOUR_TOKEN"`;
  return (
    <div className="grid gap-2">
      <CodeBlock title="curl" code={curl} />
      <details className="group">
        <summary className="w-fit rounded-sm text-accent text-xs">{t("answer")}</summary>
        <CodeBlock title="JSON" code={JSON.stringify(message, null, 2)} className="mt-2" />
      </details>
    </div>
  );
}
