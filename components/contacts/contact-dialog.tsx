"use client";

import { zodResolver } from "@hookform/resolvers/zod";
import { useTranslations } from "next-intl";
import { useEffect, useId, useMemo, useState } from "react";
import { Controller, useForm } from "react-hook-form";
import { z } from "zod";
import { ErrorNote } from "@/components/shared/error-note";
import { Note } from "@/components/shared/note";
import { useGuardedClose } from "@/components/shared/unsaved";
import { Button } from "@/components/ui/button";
import { Combobox } from "@/components/ui/combobox";
import { Dialog, DialogContent } from "@/components/ui/dialog";
import { Field } from "@/components/ui/field";
import { Input } from "@/components/ui/input";
import { Link } from "@/components/ui/link";
import { toast } from "@/components/ui/toast";
import type { Contact } from "@/lib/contacts/schema";
import { ApiError, applyFieldErrors } from "@/lib/http/client";
import { zoneNames } from "@/lib/i18n/time-zones";
import { readE164 } from "@/lib/phone-format";
import { changesOf, conflictsOf, type Edited } from "./changes";
import { PhoneSuggestion } from "./phone-suggestion";
import { readContact, useCreateContact, useUpdateContact } from "./queries";
import { COMMON_LANGUAGES, useLanguageName } from "./use-names";

type ContactDialogProps = {
  open: boolean;
  onOpenChange: (open: boolean) => void;
  /** The contact to change; without it one is added. */
  contact?: Contact;
  onDone?: (contact: Contact) => void;
};

/** Adds a contact, or changes one. */
export function ContactDialog({ open, onOpenChange, contact, onDone }: ContactDialogProps) {
  const t = useTranslations("contacts.form");
  const common = useTranslations("common");
  const formId = useId();
  const [busy, setBusy] = useState(false);
  const { setDirty, question, tryClose } = useGuardedClose(() => onOpenChange(false));
  return (
    <Dialog open={open} onOpenChange={(next) => (next ? onOpenChange(true) : tryClose())}>
      <DialogContent
        title={contact ? t("editTitle") : t("addTitle")}
        description={contact ? undefined : t("addDescription")}
        footer={
          <>
            <Button onClick={tryClose}>{common("cancel")}</Button>
            <Button variant="primary" type="submit" form={formId} loading={busy}>
              {contact ? common("save") : t("add")}
            </Button>
          </>
        }
      >
        <ContactForm
          id={formId}
          contact={contact}
          onBusy={setBusy}
          onDirty={setDirty}
          onDone={(saved) => {
            setDirty(false);
            onOpenChange(false);
            toast.success(contact ? common("saved") : t("added"));
            onDone?.(saved);
          }}
        />
        {question}
      </DialogContent>
    </Dialog>
  );
}

const NOT_SET = "-";
const Fields = z.object({ phoneNumber: z.string(), name: z.string(), language: z.string(), timeZone: z.string() });

type ContactFormProps = {
  id: string;
  contact?: Contact;
  onBusy: (busy: boolean) => void;
  onDirty: (dirty: boolean) => void;
  onDone: (contact: Contact) => void;
};

function ContactForm({ id, contact, onBusy, onDirty, onDone }: ContactFormProps) {
  const t = useTranslations("contacts.form");
  const labels = useTranslations("contacts");
  const create = useCreateContact();
  const update = useUpdateContact(contact?.id ?? "");
  const [failure, setFailure] = useState<unknown>();
  const options = useOptions(contact);
  const schema = useMemo(
    () =>
      contact
        ? Fields
        : Fields.refine((fields) => readE164(fields.phoneNumber), { path: ["phoneNumber"], error: t("phoneWrong") }),
    [contact, t],
  );
  const { register, handleSubmit, setError, setValue, watch, control, formState } = useForm({
    resolver: zodResolver(schema),
    defaultValues: {
      phoneNumber: contact?.phoneNumber ?? "",
      name: contact?.name ?? "",
      language: contact?.language ?? NOT_SET,
      timeZone: contact?.timeZone ?? NOT_SET,
    },
  });
  const { errors, isDirty } = formState;
  useEffect(() => onDirty(isDirty), [onDirty, isDirty]);

  // What the person saw when they began; what others change meanwhile is compared with it.
  const [before, setBefore] = useState(contact);
  const [present, setPresent] = useState<{ contact: Contact; fields: (keyof Edited)[] }>();

  async function save(edited: Edited & { phoneNumber: string }): Promise<Contact | undefined> {
    const { phoneNumber: _fixed, ...fields } = edited;
    if (!before) return create.mutateAsync(edited);
    const changes = changesOf(before, fields);
    const latest = await readContact(before.id);
    const conflicts = conflictsOf(before, latest, changes);
    if (conflicts.length > 0) {
      setPresent({ contact: latest, fields: conflicts });
      // Whoever presses again has seen it, and means it.
      setBefore(latest);
      return undefined;
    }
    return Object.keys(changes).length === 0 ? latest : update.mutateAsync({ ...changes, updatedAt: latest.updatedAt });
  }

  const submit = handleSubmit(async ({ phoneNumber, name, language, timeZone }) => {
    setFailure(undefined);
    setPresent(undefined);
    onBusy(true);
    try {
      const saved = await save({
        phoneNumber,
        name: name.trim() || null,
        language: orNull(language),
        timeZone: orNull(timeZone),
      });
      if (saved) onDone(saved);
    } catch (error) {
      if (!applyFieldErrors(error, setError)) setFailure(error);
    } finally {
      onBusy(false);
    }
  });

  return (
    <form id={id} onSubmit={submit} noValidate className="grid gap-4">
      {contact ? null : (
        <div className="grid gap-1.5">
          <Field label={labels("phoneNumber")} hint={t("phoneHint")} error={errors.phoneNumber?.message} required>
            <Input type="tel" autoComplete="off" placeholder="+90 555 123 45 67" {...register("phoneNumber")} />
          </Field>
          <PhoneSuggestion
            text={watch("phoneNumber")}
            onUse={(e164) => setValue("phoneNumber", e164, { shouldDirty: true, shouldValidate: true })}
          />
        </div>
      )}
      <Field label={labels("name")} error={errors.name?.message}>
        <Input autoComplete="off" maxLength={120} {...register("name")} />
      </Field>
      <div className="grid gap-4 sm:grid-cols-2">
        <Field label={labels("language")} hint={t("languageHint")} error={errors.language?.message}>
          <Controller
            control={control}
            name="language"
            render={({ field }) => (
              <Combobox
                value={field.value}
                onValueChange={field.onChange}
                options={options.languages}
                placeholder={t("notSet")}
              />
            )}
          />
        </Field>
        <Field label={labels("timeZone")} hint={t("timeZoneHint")} error={errors.timeZone?.message}>
          <Controller
            control={control}
            name="timeZone"
            render={({ field }) => (
              <Combobox
                value={field.value}
                onValueChange={field.onChange}
                options={options.timeZones}
                placeholder={t("notSet")}
              />
            )}
          />
        </Field>
      </div>
      {present ? (
        <Note tone="warning" title={t("changedMeanwhile")}>
          {present.fields.map((field) => (
            <p key={field}>
              {labels(field)}: {present.contact[field] ?? t("notSet")}
            </p>
          ))}
        </Note>
      ) : null}
      <Failure error={failure} />
    </form>
  );
}

function orNull(value: string): string | null {
  return value === NOT_SET ? null : value;
}

function useOptions(contact: Contact | undefined) {
  const t = useTranslations("contacts.form");
  const nameOf = useLanguageName();
  return useMemo(() => {
    const notSet = { value: NOT_SET, label: t("notSet") };
    const codes = new Set<string>([...COMMON_LANGUAGES, ...(contact?.language ? [contact.language] : [])]);
    const languages = [...codes].map((code) => ({ value: code, label: nameOf(code), keywords: [code] }));
    return {
      languages: [notSet, ...languages.sort((a, b) => a.label.localeCompare(b.label))],
      timeZones: [notSet, ...zoneNames()],
    };
  }, [t, nameOf, contact?.language]);
}

function Failure({ error }: { error: unknown }) {
  const t = useTranslations("contacts.form");
  const known = error instanceof ApiError && error.code === "conflict" ? contactIdOf(error.details) : undefined;
  if (!known) return <ErrorNote error={error} title={error ? t("failed") : undefined} />;
  return (
    <Note
      tone="warning"
      title={t("exists")}
      action={
        <Button asChild size="sm">
          <Link href={`/contacts/${known}`}>{t("openExisting")}</Link>
        </Button>
      }
    />
  );
}

function contactIdOf(details: unknown): string | undefined {
  if (typeof details !== "object" || details === null || !("contactId" in details)) return undefined;
  return typeof details.contactId === "string" ? details.contactId : undefined;
}
