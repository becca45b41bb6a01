import { cn } from "@/components/ui/cn";
import { formatPhone } from "@/lib/phone-format";

/** The person's name; null where there is none, or where it is only their number written once more. */
export function nameOf(name: string | null | undefined, phoneNumber: string | null | undefined): string | null {
  if (!name) return null;
  const isNumber = /^[\d\s()+.-]+$/.test(name) && Boolean(phoneNumber?.endsWith(name.replace(/\D/g, "").replace(/^0+/, "")));
  return isNumber ? null : name;
}

type PersonProps = { name: string | null | undefined; phoneNumber: string | null; nameless: string; className?: string };

/** A person in one cell: the name, and the number under it. */
export function Person({ name, phoneNumber, nameless, className }: PersonProps) {
  const known = nameOf(name, phoneNumber);
  const number = phoneNumber ? formatPhone(phoneNumber) : null;
  return (
    <span className={cn("grid min-w-0 leading-4", className)}>
      <span className={cn("truncate", !known && "tabular-nums")} title={known ?? undefined}>
        {known ?? number ?? nameless}
      </span>
      {known && number ? <span className="truncate font-normal text-muted text-xs tabular-nums">{number}</span> : null}
    </span>
  );
}
