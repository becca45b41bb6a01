import { UserRound } from "lucide-react";
import { cn } from "./cn";

/** Two letters on a calm ground; people and organizations have no pictures here. Drawn, not written: the name stands beside it. */
export function Avatar({ name, className, square }: { name: string; className?: string; square?: boolean }) {
  const all = name.split(/\s+/).filter((word) => /^[\p{L}\p{N}]/u.test(word));
  const lettered = all.filter((word) => /^\p{L}/u.test(word));
  const words = lettered.length > 0 ? lettered : all;
  const letters = [words[0], words.length > 1 ? words.at(-1) : undefined].map((word) => [...(word ?? "")][0] ?? "").join("");
  return (
    <span
      aria-hidden
      data-letters={letters ? letters.toLocaleUpperCase() : undefined}
      className={cn(
        "inline-grid size-6 shrink-0 select-none place-items-center border border-[color-mix(in_oklab,var(--accent)_22%,transparent)] bg-accent-subtle font-semibold text-[10px] text-accent leading-none",
        letters && "before:content-[attr(data-letters)]",
        square ? "rounded-md" : "rounded-full",
        className,
      )}
    >
      {letters ? null : <UserRound className="size-1/2" />}
    </span>
  );
}
