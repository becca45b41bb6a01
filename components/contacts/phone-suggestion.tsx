"use client";

import { CornerDownLeft } from "lucide-react";
import { useTranslations } from "next-intl";
import { useEffect, useState } from "react";
import { useSession } from "@/components/shell/session";
import { Button } from "@/components/ui/button";
import { formatPhone, readE164 } from "@/lib/phone-format";

const SHORTEST_NATIONAL = 7;

/**
 * The international form of a number written the national way, as the organization's country reads it; null when there is nothing to
 * suggest. What it takes to know that is loaded with the first such number.
 */
export function usePhoneSuggestion(text: string): string | null {
  const { organization } = useSession();
  const [suggested, setSuggested] = useState({ text: "", phone: null as string | null });
  const mayBeNational = text.replace(/\D/g, "").length >= SHORTEST_NATIONAL && !readE164(text);
  useEffect(() => {
    if (!mayBeNational) return;
    let isOver = false;
    void import("@/lib/phone").then(({ suggestE164 }) => {
      if (!isOver) setSuggested({ text, phone: suggestE164(text, organization.country) });
    });
    return () => {
      isOver = true;
    };
  }, [text, mayBeNational, organization.country]);
  return mayBeNational && suggested.text === text ? suggested.phone : null;
}

/** Offers the international form under a field that holds a national number. */
export function PhoneSuggestion({ text, onUse }: { text: string; onUse: (e164: string) => void }) {
  const t = useTranslations("contacts.phone");
  const suggestion = usePhoneSuggestion(text);
  if (!suggestion) return null;
  return (
    <Button variant="link" size="inline" className="w-fit text-xs" onClick={() => onUse(suggestion)}>
      <CornerDownLeft className="size-3.5" aria-hidden />
      {t("use", { phone: formatPhone(suggestion) })}
    </Button>
  );
}
