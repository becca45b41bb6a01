"use client";

import { useTranslations } from "next-intl";
import { CopyButton } from "@/components/shared/copy-button";
import { cn } from "@/components/ui/cn";
import { formatPhone } from "@/lib/phone-format";
import { MAGIC_NUMBERS } from "@/lib/sandbox/magic";

type MagicNumbersProps = { selected: string; onSelect: (phone: string) => void };

/** Recipients that always do the same thing, for trying what the product does about it. */
export function MagicNumbers({ selected, onSelect }: MagicNumbersProps) {
  const t = useTranslations("sandbox.magic");
  return (
    <div className="grid">
      <p className="border-b px-4 py-3 text-muted text-sm">{t("description")}</p>
      <ul className="max-h-[40rem] overflow-y-auto">
        {MAGIC_NUMBERS.map(({ phone, kind, code }) => (
          <li
            key={phone}
            className={cn(
              "relative flex items-start gap-3 border-b px-4 py-2 last:border-0 hover:bg-surface",
              phone === selected && "bg-accent-subtle hover:bg-accent-subtle",
            )}
          >
            <div className="grid min-w-0 flex-1 gap-0.5">
              <div className="flex flex-wrap items-baseline gap-x-2">
                <button
                  type="button"
                  aria-current={phone === selected ? "true" : undefined}
                  onClick={() => onSelect(phone)}
                  className="font-medium text-sm tabular-nums after:absolute after:inset-0 focus-visible:outline-0 focus-visible:after:-outline-offset-2 focus-visible:after:outline-2 focus-visible:after:outline-focus"
                >
                  {formatPhone(phone)}
                </button>
                {code === null ? null : <span className="font-mono text-muted text-xs">{code}</span>}
              </div>
              <p className="text-muted text-xs">{t(`kinds.${kind}`)}</p>
            </div>
            <CopyButton value={phone} name={formatPhone(phone)} className="relative z-10" />
          </li>
        ))}
      </ul>
    </div>
  );
}
