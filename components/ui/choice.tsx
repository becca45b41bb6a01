"use client";

import { type ReactNode, useId } from "react";
import { Checkbox } from "./checkbox";
import { cn } from "./cn";
import { Switch } from "./switch";

type ChoiceProps = {
  label: ReactNode;
  hint?: ReactNode;
  checked: boolean;
  onCheckedChange: (checked: boolean) => void;
  disabled?: boolean;
  className?: string;
};

/** A checkbox with its words; the words can be clicked too. */
export function CheckboxField({ label, hint, checked, onCheckedChange, disabled, className }: ChoiceProps) {
  const id = useId();
  return (
    <div className={cn("flex items-start gap-2.5", className)}>
      <Checkbox
        id={id}
        className="mt-0.5"
        checked={checked}
        onCheckedChange={(next) => onCheckedChange(next === true)}
        disabled={disabled}
        aria-describedby={hint ? `${id}-note` : undefined}
      />
      <Words id={id} label={label} hint={hint} />
    </div>
  );
}

/** A switch at the end of its line, for settings that hold at once. */
export function SwitchField({ label, hint, checked, onCheckedChange, disabled, className }: ChoiceProps) {
  const id = useId();
  return (
    <div className={cn("flex items-start justify-between gap-4", className)}>
      <Words id={id} label={label} hint={hint} />
      <Switch
        id={id}
        checked={checked}
        onCheckedChange={onCheckedChange}
        disabled={disabled}
        aria-describedby={hint ? `${id}-note` : undefined}
      />
    </div>
  );
}

function Words({ id, label, hint }: { id: string; label: ReactNode; hint?: ReactNode }) {
  return (
    <div className="grid min-w-0 gap-0.5">
      <label htmlFor={id} className="font-medium text-sm">
        {label}
      </label>
      {hint ? (
        <p id={`${id}-note`} className="text-muted text-xs">
          {hint}
        </p>
      ) : null}
    </div>
  );
}
