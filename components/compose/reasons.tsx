"use client";

import { CircleCheck, CircleX, LoaderCircle, PencilLine } from "lucide-react";
import dynamic from "next/dynamic";
import { useTranslations } from "next-intl";
import { type ReactNode, useState } from "react";
import { useContactByNumber, useLedger } from "@/components/contacts/queries";
import { ErrorNote } from "@/components/shared/error-note";
import { StatusBadge } from "@/components/shared/status-badge";
import { Time } from "@/components/shared/time";
import { useCan } from "@/components/shell/session";
import { useSyncTemplates } from "@/components/templates/queries";
import { Button } from "@/components/ui/button";
import { Link } from "@/components/ui/link";
import type { ConsentState } from "@/lib/contacts/schema";
import type { CheckResult, GateReason } from "@/lib/messages/reasons";
import type { MessagePurpose } from "@/lib/messages/schema";
import { formatPhone, readE164 } from "@/lib/phone-format";
import type { Template } from "@/lib/templates/schema";

const ConsentDialog = dynamic(() => import("@/components/contacts/consent-dialog").then((module) => module.ConsentDialog), {
  ssr: false,
});

/** What the reasons need to know of the draft, and what can be done about them from here. */
export type ReasonContext = {
  phoneNumber: string;
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

function Reason({ reason, context }: ReasonProps) {
  const errors = useTranslations("errors");
  const sentence = errors.has(reason.code as never) ? errors(reason.code as never) : reason.message;
  const Special = SPECIAL[reason.code];
  if (Special) return <Special reason={reason} context={context} sentence={sentence} />;
  return <Shown sentence={sentence} fix={reason.fix} />;
}

type SpecialProps = ReasonProps & { sentence: string };

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

/** Reasons that can say more than their sentence, or be mended from here. */
const SPECIAL: Record<string, (props: SpecialProps) => ReactNode> = {
  invalid_phone_number: InvalidNumber,
  recipient_not_opted_in: NotOptedIn,
  recipient_opted_out_at_meta: StoppedAtMeta,
  outside_customer_service_window: WindowClosed,
  template_not_found: TemplateMissing,
  template_not_approved: TemplateNotApproved,
  template_params_mismatch: WrongValues,
  integration_not_verified: NotVerified,
  integration_paused: Paused,
  rate_limit_exceeded: AllowanceUsedUp,
};

type SuggestionDetails = { suggestion: string };

function InvalidNumber({ reason, context, sentence }: SpecialProps) {
  const t = useTranslations("compose.fix");
  const data = detailsOf<SuggestionDetails>(reason, ["suggestion"]);
  if (!data) return <Shown sentence={sentence} fix={t(whatIsWrong(context.phoneNumber))} />;
  const phone = formatPhone(data.suggestion);
  return (
    <Shown
      sentence={sentence}
      fix={t("suggestion", { phone })}
      action={
        <Button size="sm" onClick={() => context.takeNumber(data.suggestion)}>
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

type ConsentDetails = { purpose: MessagePurpose; consent: ConsentState };

function NotOptedIn({ reason, context, sentence }: SpecialProps) {
  const t = useTranslations("compose.fix.consent");
  const can = useCan();
  const [recording, setRecording] = useState(false);
  const phone = readE164(context.phoneNumber);
  const { data: contact } = useContactByNumber(phone);
  const details = detailsOf<ConsentDetails>(reason, ["purpose", "consent"]);
  const purpose = details?.purpose ?? "service";
  const optedOut =
    purpose === "service"
      ? Object.values(details?.consent ?? {}).includes("opted_out")
      : details?.consent[purpose] === "opted_out";
  const who = contact?.name ?? (phone ? formatPhone(phone) : t("person"));
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
          can("contacts:write") && phone ? (
            <Button size="sm" onClick={() => setRecording(true)}>
              {t("record")}
            </Button>
          ) : null
        }
      />
      {recording && phone ? (
        <ConsentDialog
          open
          onOpenChange={setRecording}
          phoneNumber={phone}
          name={contact?.name}
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

function StoppedAtMeta({ sentence }: SpecialProps) {
  const t = useTranslations("compose.fix");
  return <Shown sentence={sentence} fix={t("stopped")} />;
}

function WindowClosed({ context, sentence }: SpecialProps) {
  const t = useTranslations("compose.fix");
  return (
    <Shown
      sentence={sentence}
      fix={t("window")}
      action={
        <Button size="sm" onClick={context.chooseTemplate}>
          {t("useTemplate")}
        </Button>
      }
    />
  );
}

function TemplateMissing({ sentence }: SpecialProps) {
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

type StatusDetails = { status: string };

function TemplateNotApproved({ reason, context, sentence }: SpecialProps) {
  const t = useTranslations("compose.fix.template");
  const data = detailsOf<StatusDetails>(reason, ["status"]);
  const key = (data?.status ?? "OTHER") as "OTHER";
  return (
    <Shown
      sentence={sentence}
      fix={t(t.has(key) ? key : "OTHER")}
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

type ParamsDetails = {
  missing: string[];
  unexpected: string[];
  invalid: { key: string; reason: string }[];
  unsupported: string[];
};
const PARAMS_KEYS = ["missing", "unexpected", "invalid", "unsupported"] as const;

/** What is wrong with each value, by key, as the gate says it. */
export function paramProblems(reasons: readonly GateReason[]): Map<string, string> {
  const mismatch = reasons.find((reason) => reason.code === "template_params_mismatch");
  const data = mismatch && detailsOf<ParamsDetails>(mismatch, PARAMS_KEYS);
  return new Map(data?.invalid.map(({ key, reason }) => [key, reason]));
}

/** The values still to be written, when nothing else is wrong with a template's values. */
function unfilledKeys(reason: GateReason): string[] | null {
  const data = reason.code === "template_params_mismatch" ? detailsOf<ParamsDetails>(reason, PARAMS_KEYS) : undefined;
  return data && data.unexpected.length + data.invalid.length + data.unsupported.length === 0 ? data.missing : null;
}

function WrongValues({ reason, context, sentence }: SpecialProps) {
  const t = useTranslations("compose.fix.params");
  const data = detailsOf<ParamsDetails>(reason, PARAMS_KEYS);
  if (!data) return <Shown sentence={sentence} fix={reason.fix} />;
  const [first] = [...data.missing, ...data.invalid.map((problem) => problem.key)];
  const parts = [
    data.unsupported.length > 0 && t("unsupported", { parts: data.unsupported.join(", ") }),
    data.missing.length > 0 && t("missing", { keys: data.missing.join(", ") }),
    data.invalid.length > 0 && t("invalid", { keys: data.invalid.map((problem) => problem.key).join(", ") }),
    data.unexpected.length > 0 && t("unexpected", { keys: data.unexpected.join(", ") }),
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

type IntegrationDetails = { integrationId: string };

function NotVerified({ reason, context, sentence }: SpecialProps) {
  const t = useTranslations("compose.fix.integration");
  const data = detailsOf<IntegrationDetails>(reason, ["integrationId"]);
  if (data)
    return <Shown sentence={sentence} fix={t("test")} action={<IntegrationLink id={data.integrationId} label={t("open")} />} />;
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

function Paused({ reason, sentence }: SpecialProps) {
  const t = useTranslations("compose.fix.integration");
  const data = detailsOf<IntegrationDetails>(reason, ["integrationId"]);
  return (
    <Shown
      sentence={sentence}
      fix={t("resume")}
      action={data ? <IntegrationLink id={data.integrationId} label={t("open")} /> : null}
    />
  );
}

function IntegrationLink({ id, label }: { id: string; label: string }) {
  return (
    <Button asChild size="sm">
      <Link href={`/integrations/${id}`}>{label}</Link>
    </Button>
  );
}

type AllowanceDetails = { allowance: number | null; nextFreeAt: string };

function AllowanceUsedUp({ reason, sentence }: SpecialProps) {
  const t = useTranslations("compose.fix");
  const data = detailsOf<AllowanceDetails>(reason, ["allowance", "nextFreeAt"]);
  if (!data) return <Shown sentence={sentence} fix={reason.fix} />;
  return (
    <Shown
      sentence={t("allowanceTitle")}
      fix={t.rich("allowance", { limit: data.allowance ?? 0, at: () => <Time at={data.nextFreeAt} format="full" /> })}
    />
  );
}

/** What the gate says beside its sentence; undefined when it says something else than expected. */
function detailsOf<T extends object>({ details }: GateReason, keys: readonly (keyof T & string)[]): T | undefined {
  const isThere = typeof details === "object" && details !== null && keys.every((key) => key in details);
  return isThere ? (details as T) : undefined;
}
