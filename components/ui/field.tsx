"use client";

import { CircleAlert } from "lucide-react";
import { createContext, type ReactNode, useContext, useId } from "react";
import { cn } from "./cn";
import { Label } from "./label";

type FieldControl = { id: string; describedBy?: string; invalid: boolean; required?: boolean; labelId: string };

const FieldContext = createContext<FieldControl | null>(null);

type FieldProps = {
  label: ReactNode;
  /** One sentence under the label's input that helps before anything is wrong. */
  hint?: ReactNode;
  /** `formState.errors.name?.message`; takes the hint's place. */
  error?: ReactNode;
  required?: boolean;
  /** Shown beside the label: "optional", a counter, a link. */
  aside?: ReactNode;
  className?: string;
  children: ReactNode;
};

/** A label, its input, and what to know about it. The parts of components/ui inside find their id and state by themselves. */
export function Field({ label, hint, error, required, aside, className, children }: FieldProps) {
  const id = useId();
  const hasNote = Boolean(error || hint);
  const control = {
    id,
    labelId: `${id}-label`,
    describedBy: hasNote ? `${id}-note` : undefined,
    invalid: Boolean(error),
    required,
  };
  return (
    <FieldContext.Provider value={control}>
      <div className={cn("grid min-w-0 content-start gap-1.5", className)}>
        <div className="flex items-baseline justify-between gap-3">
          <Label htmlFor={id} id={control.labelId}>
            {label}
          </Label>
          {aside ? <span className="text-muted text-xs">{aside}</span> : null}
        </div>
        {children}
        {hasNote ? (
          <p id={control.describedBy} className={cn("text-xs", error ? "flex gap-1 text-danger" : "text-muted")}>
            {error ? <CircleAlert className="mt-0.5 size-3 shrink-0" aria-hidden /> : null}
            <span className="min-w-0">{error || hint}</span>
          </p>
        ) : null}
      </div>
    </FieldContext.Provider>
  );
}

type ControlProps = {
  id?: string;
  "aria-describedby"?: string;
  "aria-invalid"?: boolean | "true" | "false" | "grammar" | "spelling";
  "aria-required"?: boolean | "true" | "false";
};

/** The attributes that tie an input to the field around it; what the caller gives wins. */
export function useFieldControl<T extends ControlProps>(props: T): T {
  const field = useContext(FieldContext);
  if (!field) return props;
  return {
    ...props,
    id: props.id ?? field.id,
    "aria-describedby": props["aria-describedby"] ?? field.describedBy,
    "aria-invalid": props["aria-invalid"] ?? (field.invalid || undefined),
    "aria-required": props["aria-required"] ?? (field.required || undefined),
  };
}

/** The id of the surrounding field's label, for groups that a `for` cannot name. */
export function useFieldLabelId(): string | undefined {
  return useContext(FieldContext)?.labelId;
}
