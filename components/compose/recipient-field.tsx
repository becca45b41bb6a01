"use client";

import { CornerDownLeft, UserRound } from "lucide-react";
import { useTranslations } from "next-intl";
import { type KeyboardEvent, useDeferredValue, useId, useState } from "react";
import { nameOf } from "@/components/contacts/person";
import { usePhoneSuggestion } from "@/components/contacts/phone-suggestion";
import { useContactSearch } from "@/components/contacts/queries";
import { WindowState } from "@/components/contacts/window-state";
import { statusLook, useStatusLabel } from "@/components/shared/status-badge";
import { toneColor } from "@/components/ui/badge";
import { cn } from "@/components/ui/cn";
import { Field } from "@/components/ui/field";
import { Input } from "@/components/ui/input";
import { Link } from "@/components/ui/link";
import { Skeleton } from "@/components/ui/skeleton";
import type { ConsentState, Contact } from "@/lib/contacts/schema";
import { formatPhone, readE164 } from "@/lib/phone-format";

type RecipientFieldProps = {
  value: string;
  /** `person`: somebody who was chosen and has no number. */
  onChange: (value: string, person?: Contact) => void;
  autoFocus?: boolean;
};
type Option = { key: string; phone: string | null; person?: Contact; label: string; hint?: string };

/** The recipient: a number typed, or a contact found by name. A number written the national way is offered in international form. */
export function RecipientField({ value, onChange, autoFocus }: RecipientFieldProps) {
  const t = useTranslations("compose.recipient");
  const listId = useId();
  const [open, setOpen] = useState(false);
  const [active, setActive] = useState(0);
  const options = useOptions(value);
  const shown = open && options.length > 0;
  const current = options[Math.min(active, options.length - 1)];

  function choose(option: Option) {
    onChange(option.phone ? formatPhone(option.phone) : option.label, option.person);
    setOpen(false);
  }

  function onKeyDown(event: KeyboardEvent) {
    if (event.key === "Escape") return setOpen(false);
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      event.preventDefault();
      if (!shown) return setOpen(true);
      const step = event.key === "ArrowDown" ? 1 : -1;
      setActive((at) => (Math.min(at, options.length - 1) + step + options.length) % options.length);
    }
    if (event.key === "Enter" && shown && current && !event.ctrlKey && !event.metaKey) {
      event.preventDefault();
      choose(current);
    }
  }

  return (
    <div className="relative">
      <Field label={t("label")} hint={t("hint")}>
        <Input
          role="combobox"
          aria-autocomplete="list"
          aria-expanded={shown}
          aria-controls={shown ? listId : undefined}
          aria-activedescendant={shown && current ? `${listId}-${current.key}` : undefined}
          autoComplete="off"
          autoFocus={autoFocus}
          spellCheck={false}
          placeholder={t("placeholder")}
          value={value}
          onFocus={() => setOpen(true)}
          onBlur={() => setOpen(false)}
          onChange={(event) => {
            onChange(event.target.value);
            setActive(0);
            setOpen(true);
          }}
          onKeyDown={onKeyDown}
        />
      </Field>
      {shown ? (
        <div
          id={listId}
          role="listbox"
          aria-label={t("suggestions")}
          className="absolute inset-x-0 top-[3.75rem] z-10 max-h-72 overflow-y-auto rounded-lg border border-border-strong bg-surface-raised p-1 max-md:top-[4.25rem]"
        >
          {options.map((option) => (
            <div
              key={option.key}
              id={`${listId}-${option.key}`}
              role="option"
              tabIndex={-1}
              aria-selected={option === current}
              onPointerDown={(event) => event.preventDefault()}
              onClick={() => choose(option)}
              onKeyDown={onKeyDown}
              className={cn(
                "flex min-h-9 cursor-default items-center gap-2.5 rounded-md px-2 text-sm max-md:min-h-11",
                option === current && "bg-surface-sunken",
              )}
            >
              {option.hint ? (
                <UserRound className="size-4 shrink-0 text-muted" aria-hidden />
              ) : (
                <CornerDownLeft className="size-4 shrink-0 text-muted" aria-hidden />
              )}
              <span className="truncate">{option.label}</span>
              {option.hint ? <span className="ml-auto shrink-0 text-muted text-xs tabular-nums">{option.hint}</span> : null}
            </div>
          ))}
        </div>
      ) : null}
    </div>
  );
}

function useOptions(value: string): Option[] {
  const t = useTranslations("contacts");
  const text = useDeferredValue(value.trim());
  const phone = readE164(text);
  const suggestion = usePhoneSuggestion(text);
  const { data } = useContactSearch(suggestion ?? text, phone === null);
  const contacts = phone === null ? (data?.data ?? []) : [];
  const found = contacts.map((contact): Option => {
    const { id, phoneNumber } = contact;
    const name = nameOf(contact.name, phoneNumber);
    if (!phoneNumber) return { key: id, phone: null, person: contact, label: name ?? t("nameless"), hint: t("noNumber") };
    return { key: id, phone: phoneNumber, label: name ?? formatPhone(phoneNumber), hint: formatPhone(phoneNumber) };
  });
  if (!suggestion || found.some((option) => option.phone === suggestion)) return found;
  return [{ key: "suggestion", phone: suggestion, label: t("phone.use", { phone: formatPhone(suggestion) }) }, ...found];
}

const PURPOSES = ["marketing", "utility", "authentication"] as const satisfies (keyof ConsentState)[];

type RecipientSummaryProps = { data: Contact | null | undefined; isPending: boolean; isError: boolean };

/** What is known of the person: who it is, what they agreed to, whether the window is open. */
export function RecipientSummary({ data: contact, isPending, isError }: RecipientSummaryProps) {
  const t = useTranslations("compose.recipient");
  const purposes = useTranslations("status.purpose");
  const label = useStatusLabel("consent");
  if (isPending) return <Skeleton className="h-5 w-64" />;
  if (!contact) return <p className="text-muted text-sm">{t(isError ? "notLookedUp" : "unknown")}</p>;
  return (
    <div className="flex flex-wrap items-center gap-x-4 gap-y-1.5 text-sm">
      <Link href={`/contacts/${contact.id}`} className="font-medium text-accent underline-offset-4 hover:underline">
        {nameOf(contact.name, contact.phoneNumber) ?? t("contact")}
      </Link>
      <ul className="flex flex-wrap gap-x-3 gap-y-1" aria-label={t("consent")}>
        {PURPOSES.map((purpose) => {
          const status = contact.consent[purpose];
          const { icon: Icon, tone } = statusLook("consent", status);
          return (
            <li key={purpose} className="inline-flex items-center gap-1 text-xs" title={`${purposes(purpose)}: ${label(status)}`}>
              <Icon className="size-3.5" style={{ color: toneColor(tone) }} aria-hidden />
              {purposes(purpose)}
              <span className="sr-only">: {label(status)}</span>
            </li>
          );
        })}
      </ul>
      <span className="text-xs">
        <span className="text-muted">{t("window")}: </span>
        <WindowState closesAt={contact.windowClosesAt} detail />
      </span>
    </div>
  );
}
