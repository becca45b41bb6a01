"use client";

import { zodResolver } from "@hookform/resolvers/zod";
import { useTranslations } from "next-intl";
import { useEffect, useId, useState } from "react";
import { Controller, useForm } from "react-hook-form";
import { z } from "zod";
import { DateField } from "@/components/shared/date-field";
import { ErrorNote } from "@/components/shared/error-note";
import { useClock } from "@/components/shared/time";
import { useGuardedClose } from "@/components/shared/unsaved";
import { useZone } from "@/components/shared/use-language";
import { Button } from "@/components/ui/button";
import { Dialog, DialogContent } from "@/components/ui/dialog";
import { Field } from "@/components/ui/field";
import { Input } from "@/components/ui/input";
import { RadioCard, RadioGroup } from "@/components/ui/radio";
import { Select } from "@/components/ui/select";
import { Textarea } from "@/components/ui/textarea";
import { toast } from "@/components/ui/toast";
import { CONSENT_PURPOSES, ConsentPurpose, ConsentStatus, RecordConsent } from "@/lib/contacts/schema";
import { applyFieldErrors } from "@/lib/http/client";
import { momentsOf, wallTimeAt } from "@/lib/time";
import { useRecordConsent } from "./queries";

/** A number whose owner may be no contact yet, or a contact, who may have no number. */
type Named = { phoneNumber: string } | { contactId: string };

type ConsentDialogProps = {
  open: boolean;
  onOpenChange: (open: boolean) => void;
  person: Named;
  /** What they are called in the title. */
  who: string;
  /** What the form starts with. */
  status?: ConsentStatus;
  purpose?: ConsentPurpose;
  onDone?: () => void;
};

/** Records what a person said about being written to: in or out, for what, where it was heard and what proves it. */
export function ConsentDialog({
  open,
  onOpenChange,
  person,
  who,
  status = "opted_in",
  purpose = "all",
  onDone,
}: ConsentDialogProps) {
  const t = useTranslations("contacts.consentForm");
  const common = useTranslations("common");
  const formId = useId();
  const [busy, setBusy] = useState(false);
  const { setDirty, question, tryClose } = useGuardedClose(() => onOpenChange(false));
  return (
    <Dialog open={open} onOpenChange={(next) => (next ? onOpenChange(true) : tryClose())}>
      <DialogContent
        title={t("title", { who })}
        description={t("description")}
        footer={
          <>
            <Button onClick={tryClose}>{common("cancel")}</Button>
            <Button variant="primary" type="submit" form={formId} loading={busy}>
              {t("record")}
            </Button>
          </>
        }
      >
        <ConsentForm
          id={formId}
          person={person}
          status={status}
          purpose={purpose}
          onBusy={setBusy}
          onDirty={setDirty}
          onDone={() => {
            setDirty(false);
            onOpenChange(false);
            toast.success(t("recorded"));
            onDone?.();
          }}
        />
        {question}
      </DialogContent>
    </Dialog>
  );
}

const SOURCES = ["webForm", "shop", "phoneCall", "paper", "message"] as const;
const limits = RecordConsent.shape;

type ConsentFormProps = {
  id: string;
  person: Named;
  status: ConsentStatus;
  purpose: ConsentPurpose;
  onBusy: (busy: boolean) => void;
  onDirty: (dirty: boolean) => void;
  onDone: () => void;
};

function ConsentForm({ id, person, status, purpose, onBusy, onDirty, onDone }: ConsentFormProps) {
  const t = useTranslations("contacts.consentForm");
  const words = useTranslations("status.purpose");
  const { timeZone } = useZone();
  const now = useClock();
  const record = useRecordConsent();
  const [failure, setFailure] = useState<unknown>();
  const [startedAt] = useState(() => toLocal(timeZone, now));
  const Fields = z.object({
    status: ConsentStatus,
    purpose: ConsentPurpose,
    source: z.string().trim().min(1, t("sourceMissing")).max(200),
    evidence: z.string().max(2000),
    wording: z.string().max(4000),
    at: z
      .string()
      .refine((text) => fromLocal(timeZone, text) !== undefined, { error: t("noMoment"), abort: true })
      .refine((text) => Date.parse(fromLocal(timeZone, text) ?? "") <= Date.now(), t("inFuture")),
  });
  const { register, handleSubmit, setError, setValue, watch, control, formState } = useForm({
    resolver: zodResolver(Fields),
    defaultValues: { status, purpose, source: "", evidence: "", wording: "", at: startedAt },
  });
  const { errors, isDirty } = formState;
  useEffect(() => onDirty(isDirty), [onDirty, isDirty]);

  const submit = handleSubmit(async ({ at, evidence, wording, ...said }) => {
    setFailure(undefined);
    onBusy(true);
    try {
      await record.mutateAsync({
        ...person,
        ...said,
        ...(evidence.trim() ? { evidence: evidence.trim() } : {}),
        ...(wording.trim() ? { wording: wording.trim() } : {}),
        ...(at === startedAt ? {} : { occurredAt: fromLocal(timeZone, at) }),
      });
      onDone();
    } catch (error) {
      if (!applyFieldErrors(error, setError)) setFailure(error);
    } finally {
      onBusy(false);
    }
  });

  return (
    <form id={id} onSubmit={submit} noValidate className="grid gap-4">
      <Field label={t("status")}>
        <Controller
          control={control}
          name="status"
          render={({ field }) => (
            <RadioGroup value={field.value} onValueChange={field.onChange} className="grid-cols-2">
              <RadioCard value="opted_in" label={t("optIn")} hint={t("optInHint")} />
              <RadioCard value="opted_out" label={t("optOut")} hint={t("optOutHint")} />
            </RadioGroup>
          )}
        />
      </Field>
      <div className="grid gap-4 sm:grid-cols-2">
        <Field label={t("purpose")}>
          <Controller
            control={control}
            name="purpose"
            render={({ field }) => (
              <Select
                value={field.value}
                onValueChange={field.onChange}
                options={CONSENT_PURPOSES.map((value) => ({ value, label: words(value) }))}
              />
            )}
          />
        </Field>
        <Field label={t("at")} hint={t("zone", { zone: timeZone })} error={errors.at?.message}>
          <Controller
            control={control}
            name="at"
            render={({ field }) => <DayAndClock value={field.value} latest={startedAt} onChange={field.onChange} />}
          />
        </Field>
      </div>
      <div className="grid gap-2">
        <Field label={t("source")} hint={t("sourceHint")} error={errors.source?.message} required>
          <Input autoComplete="off" maxLength={200} {...register("source")} />
        </Field>
        <div className="flex flex-wrap gap-1.5">
          {SOURCES.map((source) => (
            <Button
              key={source}
              size="sm"
              className="rounded-full"
              aria-pressed={watch("source") === t(`sources.${source}`)}
              onClick={() =>
                setValue("source", t(`sources.${source}`), { shouldDirty: true, shouldValidate: formState.isSubmitted })
              }
            >
              {t(`sources.${source}`)}
            </Button>
          ))}
        </div>
      </div>
      <Field label={t("evidence")} hint={t("evidenceHint")} error={errors.evidence?.message}>
        <Input autoComplete="off" maxLength={limits.evidence.unwrap().maxLength ?? undefined} {...register("evidence")} />
      </Field>
      <Field label={t("wording")} hint={t("wordingHint")} error={errors.wording?.message}>
        <Textarea className="min-h-16" maxLength={limits.wording.unwrap().maxLength ?? undefined} {...register("wording")} />
      </Field>
      <ErrorNote error={failure} title={t("failed")} />
    </form>
  );
}

type DayAndClockProps = { value: string; latest: string; onChange: (value: string) => void };

function DayAndClock({ value, latest, onChange }: DayAndClockProps) {
  const t = useTranslations("contacts.consentForm");
  const clockId = useId();
  const [day = "", clock = ""] = value.split("T");
  return (
    <span className="grid grid-cols-[minmax(0,1fr)_5rem] gap-2">
      <DateField value={day} max={latest.slice(0, 10)} onChange={(next) => onChange(`${next}T${clock}`)} />
      <Input
        id={clockId}
        aria-label={t("clock")}
        inputMode="numeric"
        autoComplete="off"
        maxLength={5}
        placeholder="09:30"
        className="text-center tabular-nums"
        value={clock}
        onChange={(event) => onChange(`${day}T${event.target.value}`)}
      />
    </span>
  );
}

/** A moment as day and clock, `YYYY-MM-DDTHH:MM`, by the organization's clock. */
function toLocal(timeZone: string, at: Date): string {
  const { date, minutes } = wallTimeAt(timeZone, at);
  return `${date}T${two(Math.floor(minutes / 60))}:${two(minutes % 60)}`;
}

function two(value: number): string {
  return String(value).padStart(2, "0");
}

function fromLocal(timeZone: string, text: string): string | undefined {
  const [date, clock] = text.split("T");
  const time = /^([01]?\d|2[0-3])[:.]([0-5]\d)$/.exec(clock ?? "");
  if (!date || !time) return undefined;
  return momentsOf(timeZone, { date, minutes: Number(time[1]) * 60 + Number(time[2]) })[0]?.toISOString();
}
