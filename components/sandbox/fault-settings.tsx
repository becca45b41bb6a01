"use client";

import { RotateCcw } from "lucide-react";
import { useTranslations } from "next-intl";
import { type ReactNode, useState } from "react";
import { ErrorNote } from "@/components/shared/error-note";
import { useErrorText } from "@/components/shared/use-error-text";
import { useCan } from "@/components/shell/session";
import { Button } from "@/components/ui/button";
import { SwitchField } from "@/components/ui/choice";
import { Field } from "@/components/ui/field";
import { Input } from "@/components/ui/input";
import { Select } from "@/components/ui/select";
import { Skeleton } from "@/components/ui/skeleton";
import { toast } from "@/components/ui/toast";
import {
  DEFAULT_SANDBOX_SETTINGS,
  SANDBOX_QUALITIES,
  SANDBOX_TIERS,
  type SandboxSettings,
  type UpdateSandboxSettings,
} from "@/lib/sandbox/schema";
import { useSandboxSettings, useUpdateSandbox } from "./queries";

const SHARES = ["errorShare", "rateLimitShare", "serverErrorShare", "htmlShare", "hangShare", "closeShare", "lateShare"] as const;

/** The settings that differ from a healthy account. */
export function faultsOf(settings: SandboxSettings): (keyof SandboxSettings)[] {
  const keys = Object.keys(DEFAULT_SANDBOX_SETTINGS) as (keyof SandboxSettings)[];
  return keys.filter((key) => settings[key] !== DEFAULT_SANDBOX_SETTINGS[key]);
}

/** Makes the whole account fail in the ways in which Meta can; each change holds at once. */
export function FaultSettings({ integrationId }: { integrationId: string }) {
  const t = useTranslations("sandbox.faults");
  const can = useCan();
  const explain = useErrorText();
  const { data, error, refetch } = useSandboxSettings(integrationId);
  const update = useUpdateSandbox(integrationId);
  if (error && !data) return <ErrorNote error={error} title={t("failed")} onRetry={() => void refetch()} />;
  if (!data) return <Skeleton className="h-96" />;

  const { settings } = data;
  const disabled = !can("sandbox:write");
  const change = (changes: UpdateSandboxSettings) =>
    update.mutate(changes, { onError: (failure) => toast.error(t("notChanged"), { description: explain(failure).message }) });
  const toggle = (
    key:
      | "tokenExpired"
      | "templatesPaused"
      | "restricted"
      | "requiresAppSecret"
      | "mediaGone"
      | "pairLimit"
      | "webhooksDuplicated"
      | "webhooksShuffled",
  ) => (
    <SwitchField
      label={t(`${key}.label`)}
      hint={t(`${key}.hint`)}
      checked={settings[key]}
      onCheckedChange={(on) => change({ [key]: on })}
      disabled={disabled}
    />
  );
  const figure = (key: "latencyMs" | "lateMs" | "ratePerSecond", max: number, min = 0) => (
    <Figure
      label={t(`${key}.label`)}
      hint={t(`${key}.hint`)}
      value={settings[key]}
      min={min}
      max={max}
      disabled={disabled}
      onCommit={(value) => change({ [key]: value })}
    />
  );
  const share = (key: (typeof SHARES)[number] | "acceptedShare") => (
    <Figure
      key={key}
      label={t(`${key}.label`)}
      hint={t(`${key}.hint`)}
      value={Math.round(settings[key] * 100)}
      min={0}
      max={100}
      unit="%"
      disabled={disabled}
      onCommit={(percent) => change({ [key]: percent / 100 })}
    />
  );

  return (
    <div className="grid gap-6">
      <div className="flex flex-wrap items-center justify-between gap-3">
        <p className="max-w-reading text-muted text-sm">{t("description")}</p>
        <Button size="sm" disabled={disabled || faultsOf(settings).length === 0} onClick={() => change(DEFAULT_SANDBOX_SETTINGS)}>
          <RotateCcw aria-hidden />
          {t("reset")}
        </Button>
      </div>
      <Group title={t("groups.account")}>
        {toggle("tokenExpired")}
        {toggle("restricted")}
        {toggle("requiresAppSecret")}
        {toggle("templatesPaused")}
        {toggle("mediaGone")}
        <div className="grid gap-4 sm:grid-cols-2">
          <Field label={t("tier.label")} hint={t("tier.hint")}>
            <Select
              value={settings.tier}
              disabled={disabled}
              onValueChange={(tier) => change({ tier: tier as SandboxSettings["tier"] })}
              options={SANDBOX_TIERS.map((value) => ({ value, label: t(`tiers.${value}`) }))}
            />
          </Field>
          <Field label={t("quality.label")} hint={t("quality.hint")}>
            <Select
              value={settings.quality}
              disabled={disabled}
              onValueChange={(quality) => change({ quality: quality as SandboxSettings["quality"] })}
              options={SANDBOX_QUALITIES.map((value) => ({ value, label: t(`qualities.${value}`) }))}
            />
          </Field>
        </div>
      </Group>
      <Group title={t("groups.webhooks")}>
        <SwitchField
          label={t("webhooks.label")}
          hint={t("webhooks.hint", { waiting: data.webhooksWaiting })}
          checked={settings.webhooks === "on"}
          onCheckedChange={(on) => change({ webhooks: on ? "on" : "off" })}
          disabled={disabled}
        />
        {toggle("webhooksDuplicated")}
        {toggle("webhooksShuffled")}
      </Group>
      <Group title={t("groups.limits")}>
        {toggle("pairLimit")}
        <div className="grid gap-4 sm:grid-cols-2">
          {figure("ratePerSecond", 100_000, 1)}
          {figure("latencyMs", 60_000)}
        </div>
      </Group>
      <Group title={t("groups.answers")}>
        <div className="grid gap-4 sm:grid-cols-2">
          {SHARES.map(share)}
          {figure("lateMs", 600_000)}
          {share("acceptedShare")}
        </div>
      </Group>
    </div>
  );
}

function Group({ title, children }: { title: string; children: ReactNode }) {
  return (
    <section className="grid gap-4 border-t pt-4">
      <h3 className="font-semibold text-sm">{title}</h3>
      {children}
    </section>
  );
}

type FigureProps = {
  label: string;
  hint: string;
  value: number;
  min: number;
  max: number;
  unit?: string;
  disabled: boolean;
  onCommit: (value: number) => void;
};

/** A number that holds once the field is left or Enter is pressed. */
function Figure({ label, hint, value, min, max, unit, disabled, onCommit }: FigureProps) {
  const [draft, setDraft] = useState<string>();
  function commit() {
    const next = Number(draft);
    setDraft(undefined);
    if (draft === undefined || draft === "" || !Number.isInteger(next) || next === value) return;
    onCommit(Math.min(max, Math.max(min, next)));
  }
  return (
    <Field label={label} hint={hint} aside={unit}>
      <Input
        type="number"
        inputMode="numeric"
        min={min}
        max={max}
        step={1}
        disabled={disabled}
        value={draft ?? String(value)}
        onChange={(event) => setDraft(event.target.value)}
        onBlur={commit}
        onKeyDown={(event) => event.key === "Enter" && commit()}
      />
    </Field>
  );
}
