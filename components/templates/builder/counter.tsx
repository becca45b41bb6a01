"use client";

import { Num } from "@/components/shared/number";
import { textLength } from "@/lib/whatsapp/text-length";

/** How much of its limit a text has; from a share of it on, where nobody comes near it otherwise. */
export function Counter({ text, limit, from = 0 }: { text: string; limit: number; from?: number }) {
  const length = textLength(text);
  if (length < limit * from) return null;
  return (
    <span className={length > limit ? "text-danger tabular-nums" : "tabular-nums"}>
      <Num value={length} /> / <Num value={limit} />
    </span>
  );
}
