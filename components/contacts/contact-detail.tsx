"use client";

import { MessagesSquare, Pencil, PenLine, ShieldCheck } from "lucide-react";
import dynamic from "next/dynamic";
import { useTranslations } from "next-intl";
import { useState } from "react";
import { composeHref } from "@/components/compose/address";
import { LastWords } from "@/components/conversations/last-words";
import { useContactMessages } from "@/components/messages/queries";
import { EmptyState } from "@/components/shared/empty-state";
import { ErrorNote } from "@/components/shared/error-note";
import { IdChip } from "@/components/shared/id-chip";
import { KeyValue, KeyValues } from "@/components/shared/key-value";
import { Note } from "@/components/shared/note";
import { PageHeader } from "@/components/shared/page-header";
import { Phone } from "@/components/shared/phone";
import { Section } from "@/components/shared/section";
import { StatusBadge } from "@/components/shared/status-badge";
import { Time } from "@/components/shared/time";
import { plainWhatsappText } from "@/components/shared/whatsapp-text";
import { useCan } from "@/components/shell/session";
import { Button } from "@/components/ui/button";
import { Link } from "@/components/ui/link";
import { Skeleton } from "@/components/ui/skeleton";
import type { ConsentState, ConsentStatus, Contact } from "@/lib/contacts/schema";
import { formatPhone } from "@/lib/phone-format";
import { Ledger } from "./ledger";
import { nameOf } from "./person";
import { PreferencePageLink } from "./preference-page-link";
import { useContact } from "./queries";
import { useCountryName, useLanguageName } from "./use-names";
import { WindowState } from "./window-state";

const ContactDialog = dynamic(() => import("./contact-dialog").then((module) => module.ContactDialog), { ssr: false });
const ConsentDialog = dynamic(() => import("./consent-dialog").then((module) => module.ConsentDialog), { ssr: false });

/** A person: who they are, what they agreed to and when, and what was last written to them. */
export function ContactDetail({ contact: initial }: { contact: Contact }) {
  const t = useTranslations("contacts");
  const words = useTranslations("conversations.lastWords");
  const can = useCan();
  const { data: contact = initial, error, refetch } = useContact(initial.id, initial);
  const [editing, setEditing] = useState(false);
  const [recording, setRecording] = useState<ConsentStatus>();
  const { phoneNumber } = contact;
  const name = nameOf(contact.name, phoneNumber);
  const title = name ?? (phoneNumber ? formatPhone(phoneNumber) : t("nameless"));

  return (
    <>
      <PageHeader
        back={{ href: "/contacts", label: t("title") }}
        title={title}
        description={name && phoneNumber ? <Phone number={phoneNumber} copy /> : undefined}
        actions={
          <>
            {can("contacts:write") ? (
              <Button onClick={() => setEditing(true)}>
                <Pencil aria-hidden />
                {t("edit")}
              </Button>
            ) : null}
            {can("messages:write") ? (
              <Button asChild variant="primary">
                <Link
                  href={composeHref({
                    contactId: contact.id,
                    phoneNumber,
                    mode: contact.windowClosesAt ? undefined : "template",
                  })}
                >
                  <PenLine aria-hidden />
                  {t("write")}
                </Link>
              </Button>
            ) : null}
          </>
        }
      />
      <div className="grid items-start gap-5 lg:grid-cols-[minmax(0,3fr)_minmax(0,2fr)]">
        <div className="grid gap-5">
          {error ? <ErrorNote error={error} title={t("notUpdated")} onRetry={() => void refetch()} /> : null}
          {contact.marketingStoppedAt ? <MarketingStopped at={contact.marketingStoppedAt} /> : null}
          <Section
            title={t("consent.title")}
            description={t("consent.description")}
            actions={
              can("contacts:write") ? (
                <>
                  <Button size="sm" onClick={() => setRecording("opted_out")}>
                    {t("consent.recordOptOut")}
                  </Button>
                  <Button size="sm" onClick={() => setRecording("opted_in")}>
                    <ShieldCheck aria-hidden />
                    {t("consent.recordOptIn")}
                  </Button>
                </>
              ) : null
            }
          >
            <ConsentStates state={contact.consent} />
          </Section>
          <Section title={t("ledger.title")} description={t("ledger.description")}>
            <Ledger contactId={contact.id} />
          </Section>
          <LastMessages contact={contact} />
        </div>
        <div className="grid gap-5">
          <Identity contact={contact} />
          <Section title={t("window.title")} description={t(contact.windowClosesAt ? "window.openHint" : "window.closedHint")}>
            <p className="font-medium text-sm">
              <WindowState closesAt={contact.windowClosesAt} detail />
            </p>
          </Section>
          {can("contacts:write") ? <PreferencePageLink contactId={contact.id} /> : null}
          {can("messages:read") ? (
            <Section title={words("title")} description={words("description")}>
              <LastWords contactId={contact.id} empty={<p className="text-muted text-sm">{words("none")}</p>} />
            </Section>
          ) : null}
        </div>
      </div>
      {editing ? <ContactDialog open onOpenChange={setEditing} contact={contact} /> : null}
      {recording ? (
        <ConsentDialog
          open
          onOpenChange={(open) => !open && setRecording(undefined)}
          person={{ contactId: contact.id }}
          who={title}
          status={recording}
        />
      ) : null}
    </>
  );
}

function MarketingStopped({ at }: { at: string }) {
  const t = useTranslations("contacts.stopped");
  return (
    <Note tone="warning" title={t("title")}>
      <p>{t.rich("text", { at: () => <Time at={at} format="full" /> })}</p>
    </Note>
  );
}

const PURPOSES = ["marketing", "utility", "authentication"] as const satisfies (keyof ConsentState)[];

/** The present consent, a line for each purpose. */
export function ConsentStates({ state }: { state: ConsentState }) {
  const t = useTranslations("contacts.consent");
  const purposes = useTranslations("status.purpose");
  return (
    <dl className="grid text-sm">
      {PURPOSES.map((purpose) => (
        <div
          key={purpose}
          className="flex flex-wrap items-center justify-between gap-x-4 gap-y-1 border-b py-2.5 first:pt-0 last:border-0 last:pb-0"
        >
          <dt className="grid">
            <span className="font-medium">{purposes(purpose)}</span>
            <span className="text-muted text-xs">{t(`purposes.${purpose}`)}</span>
          </dt>
          <dd>
            <StatusBadge kind="consent" status={state[purpose]} />
          </dd>
        </div>
      ))}
    </dl>
  );
}

function Identity({ contact }: { contact: Contact }) {
  const t = useTranslations("contacts");
  const language = useLanguageName();
  const country = useCountryName();
  const dash = <span className="text-muted">–</span>;
  return (
    <Section title={t("identity")}>
      <KeyValues>
        <KeyValue label={t("name")}>{nameOf(contact.name, contact.phoneNumber) ?? dash}</KeyValue>
        <KeyValue label={t("phoneNumber")}>
          <Phone number={contact.phoneNumber} copy />
        </KeyValue>
        <KeyValue label={t("language")}>{contact.language ? language(contact.language) : dash}</KeyValue>
        <KeyValue label={t("country")}>{contact.country ? country(contact.country) : dash}</KeyValue>
        <KeyValue label={t("timeZone")}>{contact.timeZone?.replaceAll("_", " ") ?? dash}</KeyValue>
        <KeyValue label={t("since")}>
          <Time at={contact.createdAt} format="full" />
        </KeyValue>
        <KeyValue label={t("id")}>
          <IdChip id={contact.id} className="-ml-1" />
        </KeyValue>
      </KeyValues>
    </Section>
  );
}

function LastMessages({ contact }: { contact: Contact }) {
  const t = useTranslations("contacts.messages");
  const { data, error, isPending, refetch } = useContactMessages(contact.id);
  const number = contact.phoneNumber;
  const all = number && data && data.data.length > 0 ? `/messages?q=${encodeURIComponent(number)}` : undefined;
  return (
    <Section
      title={t("title")}
      padded={false}
      actions={
        all ? (
          <Button asChild variant="link" size="inline">
            <Link href={all}>{t("all")}</Link>
          </Button>
        ) : null
      }
    >
      {error ? (
        <div className="p-4">
          <ErrorNote error={error} title={t("failed")} onRetry={() => void refetch()} />
        </div>
      ) : isPending ? (
        <div className="grid gap-3 p-4" aria-hidden>
          <Skeleton className="h-4 w-full" />
          <Skeleton className="h-4 w-5/6" />
          <Skeleton className="h-4 w-full" />
        </div>
      ) : data.data.length === 0 ? (
        <EmptyState icon={MessagesSquare} title={t("empty")} className="py-8" />
      ) : (
        <ul>
          {data.data.map((message) => (
            <li key={message.id} className="relative border-b px-4 py-2.5 last:border-0 hover:bg-surface">
              <div className="flex items-center justify-between gap-3 text-xs">
                <StatusBadge kind="message" status={message.status} plain />
                <Time at={message.createdAt} className="text-muted" />
              </div>
              <Link
                href={`/messages/${message.id}`}
                className="mt-1 line-clamp-2 text-sm after:absolute after:inset-0 focus-visible:outline-0 focus-visible:after:-outline-offset-2 focus-visible:after:outline-2 focus-visible:after:outline-focus"
              >
                {plainWhatsappText(message.text)}
              </Link>
            </li>
          ))}
        </ul>
      )}
    </Section>
  );
}
