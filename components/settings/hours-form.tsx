"use client";

import { useTranslations } from "next-intl";
import { useState } from "react";
import { ErrorNote } from "@/components/shared/error-note";
import { Note } from "@/components/shared/note";
import { OvertakenNote } from "@/components/shared/overtaken-note";
import { Section } from "@/components/shared/section";
import { Time, useClock } from "@/components/shared/time";
import { UnsavedGuard } from "@/components/shared/unsaved";
import { useOvertaken } from "@/components/shared/use-overtaken";
import { WeekStrip } from "@/components/shared/week-strip";
import { useCan } from "@/components/shell/session";
import { Button } from "@/components/ui/button";
import { CheckboxField } from "@/components/ui/choice";
import { Radio, RadioGroup } from "@/components/ui/radio";
import { toast } from "@/components/ui/toast";
import { isOpen, nextOpening } from "@/lib/organizations/business-hours";
import { BusinessHours, HOURS_PURPOSES, type Organization, WEEKDAYS } from "@/lib/organizations/schema";
import { Holidays } from "./holidays";
import { useOrganization, useUpdateOrganization } from "./queries";
import { type Span, WeekEditor } from "./week-editor";

type Week = BusinessHours["week"];

const NINE_TO_SIX: Span[] = [{ from: "09:00", to: "18:00" }];
const ALL_DAY: Span[] = [{ from: "00:00", to: "24:00" }];
const PRESETS = {
  everyDay: () => NINE_TO_SIX,
  weekdays: (index: number) => (index < 5 ? NINE_TO_SIX : []),
  always: () => ALL_DAY,
} satisfies Record<string, (index: number) => Span[]>;

/** When messages may leave, and which of them wait for it. */
export function HoursForm({ initial }: { initial: Organization }) {
  const t = useTranslations("settings.hours");
  const common = useTranslations("common");
  const canWrite = useCan()("organization:write");
  const now = useClock();
  const { data: organization } = useOrganization(initial);
  const update = useUpdateOrganization();
  const [draft, setDraft] = useState<BusinessHours | null>(null);
  const hours = draft ?? organization.businessHours;
  const parsed = BusinessHours.safeParse(hours);
  const isOvertaken = useOvertaken(organization.businessHours, draft !== null) && !update.isPending;
  const change = (part: Partial<BusinessHours>) => setDraft({ ...hours, ...part });
  const opensAt = parsed.success ? nextOpening(parsed.data, organization.timeZone, now) : null;
  const isOpenNow = parsed.success && isOpen(parsed.data, organization.timeZone, now);

  function save() {
    if (!parsed.success) return;
    update.mutate(
      // Whoever saves has seen what stands there now.
      { businessHours: parsed.data, updatedAt: organization.updatedAt },
      {
        onSuccess: () => {
          // What was changed while it was being saved stays.
          setDraft((present) => (present === draft ? null : present));
          toast.success(common("saved"));
        },
      },
    );
  }

  return (
    <form
      noValidate
      className="grid items-start gap-5 lg:grid-cols-[minmax(0,3fr)_minmax(0,2fr)]"
      onSubmit={(event) => {
        event.preventDefault();
        save();
      }}
    >
      <div className="grid gap-5">
        <Section title={t("week.title")} description={t("week.description")}>
          <div className="grid gap-4">
            {canWrite ? (
              <div className="flex flex-wrap gap-2">
                {Object.entries(PRESETS).map(([name, spansOf]) => (
                  <Button
                    key={name}
                    size="sm"
                    onClick={() =>
                      change({ week: Object.fromEntries(WEEKDAYS.map((day, index) => [day, spansOf(index)])) as Week })
                    }
                  >
                    {t(`presets.${name as keyof typeof PRESETS}`)}
                  </Button>
                ))}
              </div>
            ) : null}
            <WeekEditor
              week={hours.week}
              problems={parsed.success ? [] : parsed.error.issues}
              disabled={!canWrite}
              onChange={(week) => change({ week })}
            />
          </div>
        </Section>
        <Section title={t("holidays.title")} description={t("holidays.description")}>
          <Holidays holidays={hours.holidays} disabled={!canWrite} onChange={(holidays) => change({ holidays })} />
        </Section>
      </div>
      <div className="grid gap-5">
        <Section title={t("shown.title")}>
          <div className="grid gap-4">
            <Note tone={isOpenNow ? "success" : "info"}>
              {!parsed.success
                ? t("wrong")
                : isOpenNow
                  ? t("shown.open")
                  : opensAt
                    ? t.rich("shown.opens", { at: () => <Time at={opensAt} format="full" /> })
                    : t("shown.neverOpens")}
            </Note>
            <WeekStrip week={hours.week} />
            <p className="text-muted text-xs">{t("shown.zone", { zone: organization.timeZone })}</p>
          </div>
        </Section>
        <Section title={t("rules.title")}>
          <div className="grid gap-5">
            <fieldset className="grid gap-3">
              <legend className="mb-2 font-medium text-sm">{t("rules.purposes")}</legend>
              {HOURS_PURPOSES.map((purpose) => (
                <CheckboxField
                  key={purpose}
                  label={t(`purposes.${purpose}.label`)}
                  hint={t(`purposes.${purpose}.hint`)}
                  checked={hours.purposes.includes(purpose)}
                  disabled={!canWrite}
                  onCheckedChange={(on) =>
                    change({ purposes: HOURS_PURPOSES.filter((one) => (one === purpose ? on : hours.purposes.includes(one))) })
                  }
                />
              ))}
            </fieldset>
            <fieldset className="grid gap-3">
              <legend className="mb-2 font-medium text-sm">{t("rules.zone")}</legend>
              <RadioGroup
                aria-label={t("rules.zone")}
                value={hours.zone}
                disabled={!canWrite}
                onValueChange={(zone) => change({ zone: zone === "recipient" ? "recipient" : "organization" })}
              >
                <Radio
                  value="organization"
                  label={t("zone.organization.label")}
                  hint={t("zone.organization.hint", { zone: organization.timeZone })}
                />
                <Radio value="recipient" label={t("zone.recipient.label")} hint={t("zone.recipient.hint")} />
              </RadioGroup>
            </fieldset>
            <p className="text-muted text-xs">{t("rules.replies")}</p>
          </div>
        </Section>
        {isOvertaken ? (
          <OvertakenNote onTakeTheirs={() => setDraft(null)} />
        ) : (
          <ErrorNote error={update.error} title={t("notSaved")} />
        )}
      </div>
      <UnsavedGuard when={draft !== null} />
      {draft ? (
        <div className="sticky bottom-4 z-10 flex flex-wrap items-center gap-2 rounded-lg border border-border-strong bg-surface-raised p-3 max-md:bottom-20 max-md:mr-14 lg:col-span-2">
          <Button type="submit" variant="primary" disabled={!parsed.success} loading={update.isPending}>
            {common("save")}
          </Button>
          <Button onClick={() => setDraft(null)}>{t("discard")}</Button>
          <span className="text-muted text-sm" role="status">
            {t(parsed.success ? "unsaved" : "wrong")}
          </span>
        </div>
      ) : null}
    </form>
  );
}
