"use client";

import { CornerDownLeft } from "lucide-react";
import { useTranslations } from "next-intl";
import { useSession } from "@/components/shell/session";
import { Button } from "@/components/ui/button";
import { formatPhone, suggestE164, toE164 } from "@/lib/phone";

const SHORTEST_NATIONAL = 7;

/** The international form of a number written the national way, as the organization's country reads it; null when there is nothing to suggest. */
export function usePhoneSuggestion(text: string): string | null {
  const { organization } = useSession();
  const digits = text.replace(/\D/g, "").length;
  return digits < SHORTEST_NATIONAL || toE164(text) ? null : suggestE164(text, organization.country);
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
