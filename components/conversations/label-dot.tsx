import { cn } from "@/components/ui/cn";
import type { LabelColour } from "@/lib/conversations/words";

const COLOURS: Record<LabelColour, string> = {
  grey: "bg-muted",
  green: "bg-success",
  blue: "bg-(--status-sending)",
  violet: "bg-(--status-unknown)",
  amber: "bg-warning",
  red: "bg-danger",
};

/** A label without room for its words: they are there for who points at it or does not see. */
export function LabelDot({ name, colour }: { name: string; colour: LabelColour }) {
  return (
    <span title={name} className={cn("h-3.5 w-1.5 shrink-0 rounded-sm", COLOURS[colour])}>
      <span className="sr-only">{name}</span>
    </span>
  );
}

export function LabelChip({ name, colour }: { name: string; colour: LabelColour }) {
  return (
    <span className="inline-flex h-5 max-w-40 items-center gap-1.5 rounded-sm border bg-surface px-1.5 text-xs">
      <span className={cn("size-2 shrink-0 rounded-full", COLOURS[colour])} aria-hidden />
      <span className="truncate">{name}</span>
    </span>
  );
}
