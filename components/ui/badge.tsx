import type { ComponentProps } from "react";
import { cn } from "./cn";

const TONES = {
  neutral: "--text-muted",
  accent: "--accent",
  danger: "--danger",
  warning: "--warning",
  success: "--success",
  queued: "--status-queued",
  scheduled: "--status-scheduled",
  sending: "--status-sending",
  sent: "--status-sent",
  delivered: "--status-delivered",
  read: "--status-read",
  failed: "--status-failed",
  unknown: "--status-unknown",
  cancelled: "--status-cancelled",
} as const;

export type Tone = keyof typeof TONES;

/** The CSS value of a tone, for charts and bars that must agree with the badges. */
export function toneColor(tone: Tone): string {
  return `var(${TONES[tone]})`;
}

export function Badge({ tone = "neutral", className, style, ...props }: ComponentProps<"span"> & { tone?: Tone }) {
  return (
    <span
      style={{ "--tone": toneColor(tone), ...style } as React.CSSProperties}
      className={cn(
        "inline-flex h-5 max-w-full items-center gap-1 whitespace-nowrap rounded-sm border border-[color-mix(in_oklab,var(--tone)_28%,transparent)] bg-[color-mix(in_oklab,var(--tone)_7%,transparent)] px-1.5 font-medium text-(--tone) text-xs [&_svg]:size-3 [&_svg]:shrink-0",
        className,
      )}
      {...props}
    />
  );
}
