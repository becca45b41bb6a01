"use client";

import { PlaneTakeoff, Plus, UserRound } from "lucide-react";
import { useTranslations } from "next-intl";
import { type FormEvent, useId, useState } from "react";
import { PhoneSuggestion } from "@/components/contacts/phone-suggestion";
import { ErrorNote } from "@/components/shared/error-note";
import { Time } from "@/components/shared/time";
import { useCan } from "@/components/shell/session";
import { Avatar } from "@/components/ui/avatar";
import { Button } from "@/components/ui/button";
import { cn } from "@/components/ui/cn";
import { Dialog, DialogContent, DialogTrigger } from "@/components/ui/dialog";
import { Field } from "@/components/ui/field";
import { Input } from "@/components/ui/input";
import { formatPhone, readE164 } from "@/lib/phone-format";
import type { SandboxChatSummary } from "@/lib/sandbox/schema";
import { useChats, useSetPresence } from "./queries";

type PhoneListProps = { integrationId: string; selected: string; onSelect: (phone: string) => void; className?: string };

/** Every virtual phone that has talked with the account, the latest first. */
export function PhoneList({ integrationId, selected, onSelect, className }: PhoneListProps) {
  const t = useTranslations("sandbox.phones");
  const can = useCan();
  const { data, error, refetch } = useChats(integrationId);
  const items = data?.items ?? [];
  const isListed = items.some((item) => item.phone === selected);
  return (
    <nav aria-label={t("title")} className={cn("min-w-0 overflow-hidden rounded-lg border bg-surface-raised", className)}>
      <div className="flex h-10 items-center justify-between border-b pr-1.5 pl-3">
        <h2 className="font-semibold text-sm">{t("title")}</h2>
        {can("sandbox:write") ? <AddPhone integrationId={integrationId} onAdded={onSelect} /> : null}
      </div>
      {error ? (
        <div className="p-3">
          <ErrorNote error={error} title={t("failed")} onRetry={() => void refetch()} />
        </div>
      ) : null}
      <ul className="flex overflow-x-auto p-1 xl:grid xl:max-h-[40rem] xl:overflow-y-auto">
        {isListed ? null : (
          <li>
            <Row phone={selected} selected onSelect={onSelect} />
          </li>
        )}
        {items.map((item) => (
          <li key={item.phone}>
            <Row phone={item.phone} chat={item} selected={item.phone === selected} onSelect={onSelect} />
          </li>
        ))}
      </ul>
    </nav>
  );
}

type RowProps = { phone: string; chat?: SandboxChatSummary; selected: boolean; onSelect: (phone: string) => void };

function Row({ phone, chat, selected, onSelect }: RowProps) {
  const t = useTranslations("sandbox.phones");
  const number = formatPhone(phone);
  return (
    <button
      type="button"
      aria-current={selected ? "true" : undefined}
      onClick={() => onSelect(phone)}
      className={cn(
        "flex w-full min-w-52 items-center gap-2.5 rounded-md px-2 py-1.5 text-left hover:bg-surface-sunken focus-visible:-outline-offset-2",
        selected && "bg-accent-subtle",
      )}
    >
      {chat?.name ? (
        <Avatar name={chat.name} />
      ) : (
        <span className="grid size-6 shrink-0 place-items-center rounded-full bg-surface-sunken text-muted">
          <UserRound className="size-3.5" aria-hidden />
        </span>
      )}
      <span className="grid min-w-0 flex-1">
        <span className="flex items-center gap-1.5">
          <span className="truncate font-medium text-sm tabular-nums">{chat?.name ?? number}</span>
          {chat && !chat.online ? <PlaneTakeoff className="size-3.5 shrink-0 text-warning" aria-label={t("offline")} /> : null}
          {chat?.lastMessage ? (
            <Time at={chat.lastActivityAt} format="clock" className="ml-auto shrink-0 text-muted text-xs" />
          ) : null}
        </span>
        <span className="truncate text-muted text-xs">
          {chat?.lastMessage?.content.body ?? (chat?.name ? number : t("nothingYet"))}
        </span>
      </span>
    </button>
  );
}

function AddPhone({ integrationId, onAdded }: { integrationId: string; onAdded: (phone: string) => void }) {
  const t = useTranslations("sandbox.add");
  const common = useTranslations("common");
  const formId = useId();
  const [open, setOpen] = useState(false);
  const [number, setNumber] = useState("");
  const [name, setName] = useState("");
  const [tried, setTried] = useState(false);
  const set = useSetPresence(integrationId);
  const phone = readE164(number);

  function submit(event: FormEvent) {
    event.preventDefault();
    setTried(true);
    if (!phone) return;
    set.mutate(
      { phone, online: true, ...(name.trim() ? { name: name.trim() } : {}) },
      {
        onSuccess: () => {
          setOpen(false);
          setNumber("");
          setName("");
          setTried(false);
          onAdded(phone);
        },
      },
    );
  }

  return (
    <Dialog open={open} onOpenChange={setOpen}>
      <DialogTrigger asChild>
        <Button variant="ghost" size="icon-sm" aria-label={t("title")} title={t("title")}>
          <Plus aria-hidden />
        </Button>
      </DialogTrigger>
      <DialogContent
        title={t("title")}
        description={t("description")}
        footer={
          <>
            <Button onClick={() => setOpen(false)}>{common("cancel")}</Button>
            <Button type="submit" form={formId} variant="primary" loading={set.isPending}>
              {t("add")}
            </Button>
          </>
        }
      >
        <form id={formId} onSubmit={submit} noValidate className="grid gap-4">
          <div className="grid gap-1.5">
            <Field label={t("number")} error={tried && !phone ? t("numberWrong") : undefined}>
              <Input
                type="tel"
                autoComplete="off"
                placeholder="+90 555 123 45 67"
                value={number}
                onChange={(event) => setNumber(event.target.value)}
              />
            </Field>
            <PhoneSuggestion text={number} onUse={setNumber} />
          </div>
          <Field label={t("name")} hint={t("nameHint")} aside={common("optional")}>
            <Input autoComplete="off" maxLength={120} value={name} onChange={(event) => setName(event.target.value)} />
          </Field>
          <ErrorNote error={set.error} title={t("failed")} />
        </form>
      </DialogContent>
    </Dialog>
  );
}
