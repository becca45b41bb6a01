"use client";

import { useTranslations } from "next-intl";
import { Checkbox } from "@/components/ui/checkbox";
import { CheckboxField } from "@/components/ui/choice";
import { PERMISSIONS, type Permission } from "@/lib/organizations/permissions";

const NOUNS = [...new Set(PERMISSIONS.map((permission) => permission.split(":")[0] ?? ""))];
const ACTS = ["read", "write"] as const;
const KNOWN: readonly string[] = PERMISSIONS;

type ScopePickerProps = { value: readonly Permission[]; onChange: (value: Permission[]) => void };

/** What a token may do: everything, or reading and changing noun by noun. */
export function ScopePicker({ value, onChange }: ScopePickerProps) {
  const t = useTranslations("settings.tokens.scopes");
  const hasAll = PERMISSIONS.every((permission) => value.includes(permission));
  const toggle = (permission: Permission, on: boolean) =>
    onChange(PERMISSIONS.filter((one) => (one === permission ? on : value.includes(one))));
  return (
    <div className="grid gap-3">
      <CheckboxField
        label={t("all.label")}
        hint={t("all.hint")}
        checked={hasAll}
        onCheckedChange={(on) => onChange(on ? [...PERMISSIONS] : [])}
      />
      <table className="w-full text-left text-sm">
        <thead className="border-b text-muted text-xs">
          <tr>
            <th scope="col" className="h-7 font-medium">
              {t("noun")}
            </th>
            {ACTS.map((act) => (
              <th key={act} scope="col" className="w-20 text-center font-medium">
                {t(act)}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {NOUNS.map((noun) => (
            <tr key={noun} className="h-9 border-b last:border-0">
              <th scope="row" className="font-normal">
                {t(`nouns.${noun as "messages"}`)}
              </th>
              {ACTS.map((act) => {
                const permission = `${noun}:${act}`;
                if (!KNOWN.includes(permission)) return <td key={act} />;
                return (
                  <td key={act}>
                    <Checkbox
                      className="mx-auto"
                      aria-label={t("label", { noun: t(`nouns.${noun as "messages"}`), act: t(act) })}
                      checked={value.includes(permission as Permission)}
                      onCheckedChange={(on) => toggle(permission as Permission, on === true)}
                    />
                  </td>
                );
              })}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

/** The shortest way to say it: `*`, `messages:*`, `contacts:read`. */
export function scopesOf(permissions: readonly Permission[]): string[] {
  if (PERMISSIONS.every((permission) => permissions.includes(permission))) return ["*"];
  return NOUNS.flatMap((noun) => {
    const all = PERMISSIONS.filter((permission) => permission.startsWith(`${noun}:`));
    const held = all.filter((permission) => permissions.includes(permission));
    return held.length === all.length && held.length > 1 ? [`${noun}:*`] : held;
  });
}
