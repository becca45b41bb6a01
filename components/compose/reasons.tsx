"use client";

import { CircleCheck, CircleX, LoaderCircle, PencilLine } from "lucide-react";
import dynamic from "next/dynamic";
import { useTranslations } from "next-intl";
import { type ReactNode, useState } from "react";
import { nameOf } from "@/components/contacts/person";
import { useLedger } from "@/components/contacts/queries";
import { ErrorNote } from "@/components/shared/error-note";
import { StatusBadge } from "@/components/shared/status-badge";
import { Time } from "@/components/shared/time";
import { useCan } from "@/components/shell/session";
import { useSyncTemplates } from "@/components/templates/queries";
import { Button } from "@/components/ui/button";
import { Link } from "@/components/ui/link";
import type { Contact } from "@/lib/contacts/schema";
import type { CheckResult, GateReason } from "@/lib/messages/reasons";
import { formatPhone, readE164 } from "@/lib/phone-format";
import type { Template } from "@/lib/templates/schema";

const ConsentDialog = dynamic(() => import("@/components/contacts/consent-dialog").then((module) => module.ConsentDialog), {
  ssr: false,
});

/** What the reasons need to know of the draft, and what can be done about them from here. */
export type ReasonContext = {
  /** As it was typed. */
  phoneNumber: string;
  contact: Contact | null;
  template: Template | undefined;
  /** Whether one of the template's fields was left once: before, what is missing is only asked for. */
  isTouched: boolean;
  hasIntegration: boolean;
  takeNumber: (e164: string) => void;
  chooseTemplate: () => void;
  fillIn: (key: string) => void;
};

type ReasonsProps = {
  check: { data: CheckResult | undefined; error: unknown; isBehind: boolean; refetch: () => unknown };
  /** What the draft still lacks, in words; then there is nothing to check yet. */
  missing: string | null;
  context: ReasonContext;
};

/** Whether the message may go: ready, or everything that stands against it with what to do about each. */
export function Reasons({ check, missing, context }: ReasonsProps) {
  const t = useTranslations("compose.check");
  const all = check.data?.reasons ?? [];
  if (check.error) return <ErrorNote error={check.error} title={t("failed")} onRetry={() => check.refetch()} />;
  if (!check.data) return <Line icon={<PencilLine className="size-4 text-muted" aria-hidden />}>{missing ?? t("checking")}</Line>;
  const unfilled = context.isTouched && all.length > 1 ? undefined : all.find((reason) => unfilledKeys(reason));
  const reasons = all.filter((reason) => reason !== unfilled);
  const toFill = unfilled ? (unfilledKeys(unfilled) ?? []) : [];
  const pencil = <PencilLine className="size-4 text-muted" aria-hidden />;
  return (
    <div aria-live="polite" aria-busy={check.isBehind} className="grid gap-3">
      {reasons.length > 0 ? (
        <>
          <p className="flex items-center gap-2 font-medium text-sm">
            {t("reasons", { count: reasons.length })}
            {check.isBehind ? <LoaderCircle className="size-3.5 animate-spin text-muted" aria-hidden /> : null}
          </p>
          <ul className="grid gap-3">
            {reasons.map((reason) => (
              <li key={`${reason.code}: ${reason.message}`}>
                <Reason reason={reason} context={context} />
              </li>
            ))}
          </ul>
        </>
      ) : null}
      {toFill.length > 0 ? <Line icon={pencil}>{t("noValues", { keys: toFill.join(", ") })}</Line> : null}
      {reasons.length > 0 || toFill.length > 0 ? null : missing ? (
        <Line icon={pencil}>{missing}</Line>
      ) : (
        <Ready scheduledFor={check.data.scheduledFor} isBehind={check.isBehind} />
      )}
    </div>
  );
}

function Line({ icon, children }: { icon: ReactNode; children: ReactNode }) {
  return (
    <p className="flex items-start gap-2.5 text-muted text-sm">
      <span className="mt-0.5 shrink-0">{icon}</span>
      <span className="min-w-0">{children}</span>
    </p>
  );
}

function Ready({ scheduledFor, isBehind }: { scheduledFor: string | undefined; isBehind: boolean }) {
  const t = useTranslations("compose.check");
  const icon = isBehind ? (
    <LoaderCircle className="size-4 animate-spin" aria-hidden />
  ) : (
    <CircleCheck className="size-4 text-success" aria-hidden />
  );
  if (isBehind) return <Line icon={icon}>{t("checking")}</Line>;
  if (!scheduledFor) return <Line icon={icon}>{t("ready")}</Line>;
  return (
    <div className="grid gap-1">
      <p className="flex items-center gap-2.5 font-medium text-sm">
        <StatusBadge kind="message" status="scheduled" />
        <span>{t.rich("leavesAt", { at: () => <Time at={scheduledFor} format="full" /> })}</span>
      </p>
      <p className="text-muted text-sm">{t("outsideHours")}</p>
    </div>
  );
}

type ReasonProps = { reason: GateReason; context: ReasonContext };

/** The reason's sentence, with what can be said and done about it from here. */
function Reason({ reason, context }: ReasonProps) {
  const errors = useTranslations("errors");
  const sentence = errors.has(reason.code as never) ? errors(reason.code as never) : reason.message;
  switch (reason.code) {
    case "invalid_phone_number":
      return <InvalidNumber details={reason.details} context={context} sentence={sentence} />;
    case "recipient_not_opted_in":
      return <NotOptedIn details={reason.details} context={context} sentence={sentence} />;
    case "recipient_opted_out_at_meta":
      return <StoppedAtMeta details={reason.details} sentence={sentence} />;
    case "outside_customer_service_window":
      return <WindowClosed details={reason.details} context={context} sentence={sentence} />;
    case "template_not_found":
      return <TemplateMissing sentence={sentence} />;
    case "template_not_approved":
      return <TemplateNotApproved details={reason.details} context={context} sentence={sentence} />;
    case "template_params_mismatch":
      return <WrongValues details={reason.details} context={context} sentence={sentence} />;
    case "integration_not_verified":
      return <NotVerified details={reason.details} context={context} sentence={sentence} />;
    case "integration_paused":
      return <Paused details={reason.details} sentence={sentence} />;
    case "rate_limit_exceeded":
      return <AllowanceUsedUp details={reason.details} />;
    case "recipient_unreachable":
    case "not_found":
    case "conflict":
      return <Other code={reason.code} sentence={sentence} />;
  }
}

type Details<C extends GateReason["code"]> = Pick<Extract<GateReason, { code: C }>, "details"> & {
  context: ReasonContext;
  sentence: string;
};

function Shown({ sentence, fix, action }: { sentence: ReactNode; fix: ReactNode; action?: ReactNode }) {
  return (
    <div className="grid grid-cols-[1rem_minmax(0,1fr)] gap-x-2.5 text-sm">
      <CircleX className="mt-0.5 size-4 text-danger" aria-hidden />
      <div className="flex flex-wrap items-start justify-between gap-x-4 gap-y-2">
        <div className="grid min-w-0 flex-1 basis-56 gap-0.5">
          <p className="font-medium">{sentence}</p>
          <p className="break-words text-muted">{fix}</p>
        </div>
        {action ? <div className="flex shrink-0 flex-wrap gap-2">{action}</div> : null}
      </div>
    </div>
  );
}

function InvalidNumber({ details: { suggestion }, context, sentence }: Details<"invalid_phone_number">) {
  const t = useTranslations("compose.fix");
  if (!suggestion) return <Shown sentence={sentence} fix={t(whatIsWrong(context.phoneNumber))} />;
  return (
    <Shown
      sentence={sentence}
      fix={t("suggestion", { phone: formatPhone(suggestion) })}
      action={
        <Button size="sm" onClick={() => context.takeNumber(suggestion)}>
          {t("useNumber")}
        </Button>
      }
    />
  );
}

/** E.164 has at most 15 digits; no country has numbers of fewer than seven with its code. */
function whatIsWrong(number: string): "number" | "numberShort" | "numberLong" | "numberUnknown" {
  const digits = number.replace(/\D/g, "").length;
  if (!number.trim().startsWith("+")) return "number";
  if (digits < 7) return "numberShort";
  return digits > 15 ? "numberLong" : "numberUnknown";
}

function NotOptedIn({ details: { purpose, consent }, context, sentence }: Details<"recipient_not_opted_in">) {
  const t = useTranslations("compose.fix.consent");
  const can = useCan();
  const [recording, setRecording] = useState(false);
  const { contact } = context;
  const phone = contact?.phoneNumber ?? readE164(context.phoneNumber);
  const person = contact ? { contactId: contact.id } : phone ? { phoneNumber: phone } : null;
  const optedOut = purpose === "service" ? Object.values(consent).includes("opted_out") : consent[purpose] === "opted_out";
  const who = nameOf(contact?.name, phone) ?? (phone ? formatPhone(phone) : t("person"));
  return (
    <>
      <Shown
        sentence={
          optedOut && contact ? (
            <OptedOut contactId={contact.id} purpose={purpose} who={who} sentence={sentence} />
          ) : (
            t(`none.${purpose}`, { who })
          )
        }
        fix={t(optedOut ? "fixOptedOut" : purpose === "service" ? "fixService" : "fixNone")}
        action={
          can("contacts:write") && person ? (
            <Button size="sm" onClick={() => setRecording(true)}>
              {t("record")}
            </Button>
          ) : null
        }
      />
      {recording && person ? (
        <ConsentDialog
          open
          onOpenChange={setRecording}
          person={person}
          who={who}
          purpose={purpose === "service" ? "all" : purpose}
        />
      ) : null}
    </>
  );
}

/** "Ayşe opted out on 3 March: whatsapp keyword DUR." */
function OptedOut({ contactId, purpose, who, sentence }: { contactId: string; purpose: string; who: string; sentence: string }) {
  const t = useTranslations("compose.fix.consent");
  const { data } = useLedger(contactId);
  const entry = data?.data.find(
    (said) => said.status === "opted_out" && (purpose === "service" || said.purpose === "all" || said.purpose === purpose),
  );
  if (!entry) return sentence;
  return t.rich("optedOut", { who, source: entry.source, at: () => <Time at={entry.occurredAt} format="date" /> });
}

function StoppedAtMeta({ details: { stoppedAt }, sentence }: Omit<Details<"recipient_opted_out_at_meta">, "context">) {
  const t = useTranslations("compose.fix");
  return <Shown sentence={sentence} fix={t.rich("stopped", { at: () => <Time at={stoppedAt} format="date" /> })} />;
}

function WindowClosed({ details: { lastInboundAt }, context, sentence }: Details<"outside_customer_service_window">) {
  const t = useTranslations("compose.fix");
  const wrote = lastInboundAt ? t.rich("lastWrote", { at: () => <Time at={lastInboundAt} format="full" /> }) : t("neverWrote");
  return (
    <Shown
      sentence={sentence}
      fix={
        <>
          {wrote} {t("window")}
        </>
      }
      action={
        <Button size="sm" onClick={context.chooseTemplate}>
          {t("useTemplate")}
        </Button>
      }
    />
  );
}

function TemplateMissing({ sentence }: { sentence: string }) {
  const t = useTranslations("compose.fix");
  const can = useCan();
  const sync = useSyncTemplates();
  return (
    <Shown
      sentence={sentence}
      fix={t("templateMissing")}
      action={
        can("templates:write") ? (
          <Button size="sm" loading={sync.isPending} onClick={() => sync.mutate()}>
            {t("sync")}
          </Button>
        ) : null
      }
    />
  );
}

function TemplateNotApproved({ details: { status, rejectedReason }, context, sentence }: Details<"template_not_approved">) {
  const t = useTranslations("compose.fix.template");
  const key = status as "OTHER";
  return (
    <Shown
      sentence={sentence}
      fix={
        <>
          {t(t.has(key) ? key : "OTHER")}
          {rejectedReason ? <span className="font-mono text-xs"> {rejectedReason}</span> : null}
        </>
      }
      action={
        context.template ? (
          <Button asChild size="sm">
            <Link href={`/templates/${context.template.id}`}>{t("open")}</Link>
          </Button>
        ) : null
      }
    />
  );
}

type Mismatch = Extract<GateReason, { code: "template_params_mismatch" }>;
const isMismatch = (reason: GateReason): reason is Mismatch => reason.code === "template_params_mismatch";

/** What is wrong with each value, by key, as the gate says it. */
export function paramProblems(reasons: readonly GateReason[]): Map<string, string> {
  return new Map(reasons.find(isMismatch)?.details.invalid.map(({ key, reason }) => [key, reason]));
}

/** The values still to be written, when nothing else is wrong with a template's values. */
function unfilledKeys(reason: GateReason): string[] | null {
  if (!isMismatch(reason)) return null;
  const { missing, unexpected, invalid, unsupported } = reason.details;
  return unexpected.length + invalid.length + unsupported.length === 0 ? missing : null;
}

function WrongValues({ details, context, sentence }: Details<"template_params_mismatch">) {
  const t = useTranslations("compose.fix.params");
  const { missing, unexpected, unsupported } = details;
  const invalid = details.invalid.map(({ key }) => key);
  const [first] = [...missing, ...invalid];
  const parts = [
    unsupported.length > 0 && t("unsupported", { parts: unsupported.join(", ") }),
    missing.length > 0 && t("missing", { keys: missing.join(", ") }),
    invalid.length > 0 && t("invalid", { keys: invalid.join(", ") }),
    unexpected.length > 0 && t("unexpected", { keys: unexpected.join(", ") }),
  ].filter(Boolean);
  return (
    <Shown
      sentence={sentence}
      fix={parts.join(" ")}
      action={
        first ? (
          <Button size="sm" onClick={() => context.fillIn(first)}>
            {t("fillIn")}
          </Button>
        ) : null
      }
    />
  );
}

function NotVerified({ details: { integrationId }, context, sentence }: Details<"integration_not_verified">) {
  const t = useTranslations("compose.fix.integration");
  if (integrationId)
    return <Shown sentence={sentence} fix={t("test")} action={<IntegrationLink id={integrationId} label={t("open")} />} />;
  return (
    <Shown
      sentence={context.hasIntegration ? sentence : t("noneTitle")}
      fix={t("none")}
      action={
        <Button asChild size="sm">
          <Link href="/integrations/new">{t("connect")}</Link>
        </Button>
      }
    />
  );
}

function Paused({ details: { integrationId }, sentence }: Omit<Details<"integration_paused">, "context">) {
  const t = useTranslations("compose.fix.integration");
  return <Shown sentence={sentence} fix={t("resume")} action={<IntegrationLink id={integrationId} label={t("open")} />} />;
}

function IntegrationLink({ id, label }: { id: string; label: string }) {
  return (
    <Button asChild size="sm">
      <Link href={`/integrations/${id}`}>{label}</Link>
    </Button>
  );
}

function AllowanceUsedUp({ details: { allowance, nextFreeAt } }: Pick<Details<"rate_limit_exceeded">, "details">) {
  const t = useTranslations("compose.fix");
  return (
    <Shown
      sentence={t("allowanceTitle")}
      fix={t.rich("allowance", { limit: allowance ?? 0, at: () => <Time at={nextFreeAt} format="full" /> })}
    />
  );
}

type OtherCode = "recipient_unreachable" | "not_found" | "conflict";

function Other({ code, sentence }: { code: OtherCode; sentence: string }) {
  const t = useTranslations("compose.fix.other");
  if (code === "conflict") {
    return (
      <Shown
        sentence={t("neverOpen")}
        fix={t("neverOpenFix")}
        action={
          <Button asChild size="sm">
            <Link href="/settings/hours">{t("hours")}</Link>
          </Button>
        }
      />
    );
  }
  return (
    <Shown sentence={code === "not_found" ? t("gone") : sentence} fix={t(code === "not_found" ? "goneFix" : "unreachable")} />
  );
}
