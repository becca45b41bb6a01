import { useId } from "react";
import { cn } from "@/components/ui/cn";

type SparklineProps = {
  values: readonly number[];
  /** What the line shows, in words: "Messages a day, last 14 days". */
  label: string;
  color?: string;
  className?: string;
};

const WIDTH = 120;
const HEIGHT = 32;
const INSET = 2;

export function Sparkline({ values, label, color = "var(--accent)", className }: SparklineProps) {
  const id = useId();
  const highest = Math.max(1, ...values);
  const step = values.length > 1 ? (WIDTH - 2 * INSET) / (values.length - 1) : 0;
  const points = values.map(
    (value, index) => [INSET + index * step, HEIGHT - INSET - (value / highest) * (HEIGHT - 2 * INSET)] as const,
  );
  const line = points.map(([x, y]) => `${x.toFixed(1)},${y.toFixed(1)}`).join(" ");
  const last = points.at(-1);
  return (
    <svg
      viewBox={`0 0 ${WIDTH} ${HEIGHT}`}
      role="img"
      aria-label={label}
      preserveAspectRatio="xMinYMid"
      className={cn("h-8 w-full max-w-40 overflow-visible", className)}
    >
      <defs>
        <linearGradient id={id} x1="0" y1="0" x2="0" y2="1">
          <stop offset="0" stopColor={color} stopOpacity="0.18" />
          <stop offset="1" stopColor={color} stopOpacity="0" />
        </linearGradient>
      </defs>
      {points.length > 1 ? (
        <>
          <polygon points={`${INSET},${HEIGHT} ${line} ${WIDTH - INSET},${HEIGHT}`} fill={`url(#${id})`} />
          <polyline points={line} fill="none" stroke={color} strokeWidth="1.5" strokeLinejoin="round" strokeLinecap="round" />
        </>
      ) : null}
      {last ? <circle cx={last[0]} cy={last[1]} r="2" fill={color} /> : null}
    </svg>
  );
}
