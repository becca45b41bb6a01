"use client";

import { useTranslations } from "next-intl";
import { formatDateTime, formatNumber } from "@/lib/i18n/format";
import type { GateReason } from "@/lib/messages/schema";
import { formatPhone } from "@/lib/phone";
import { useZone } from "./use-language";

type ReasonText = { message: string; fix: string };

/**
 * A reason of the gate in the person's language and for the console: what stands in the way, and what to do on the screen
 * rather than over the API. A reason that is not known here is shown in the server's own words.
 */
export function useReasonText(): (reason: GateReason) => ReasonText {
  const t = useTranslations("errors.reasons");
  const purposeName = useTranslations("status.purpose");
  const zone = useZone();

  return (reason) => {
    const details = toRecord(reason.details);
    switch (reason.code) {
      case "invalid_phone_number": {
        const { suggestion } = details;
        const fix =
          typeof suggestion === "string"
            ? t("invalid_phone_number.fixSuggested", { suggestion: formatPhone(suggestion) })
            : t("invalid_phone_number.fix");
        return { message: t("invalid_phone_number.message"), fix };
      }
      case "integration_not_verified": {
        const key = "integrationId" in details ? "integration_not_verified" : "no_integration";
        return { message: t(`${key}.message`), fix: t(`${key}.fix`) };
      }
      case "recipient_not_opted_in": {
        const purpose = PURPOSES.find((name) => name === details.purpose) ?? "service";
        const said = purpose === "service" ? undefined : toRecord(details.consent)[purpose];
        const values = { purpose: purposeName(purpose) };
        return said === "opted_out"
          ? { message: t("recipient_not_opted_in.messageOptedOut", values), fix: t("recipient_not_opted_in.fixOptedOut") }
          : { message: t("recipient_not_opted_in.message", values), fix: t("recipient_not_opted_in.fix") };
      }
      case "template_not_found": {
        const values = { template: String(details.template ?? "") };
        const languages = toTexts(details.languages);
        return languages.length > 0
          ? {
              message: t("template_not_found.messageLanguage", values),
              fix: t("template_not_found.fixLanguage", { languages: languages.join(", ") }),
            }
          : { message: t("template_not_found.message", values), fix: t("template_not_found.fix") };
      }
      case "template_not_approved": {
        const key = `template_not_approved.fix${String(details.status ?? "")}` as "template_not_approved.fix";
        return { message: t("template_not_approved.message"), fix: t(t.has(key) ? key : "template_not_approved.fix") };
      }
      case "template_params_mismatch": {
        const invalid = Array.isArray(details.invalid) ? details.invalid.map((entry) => toRecord(entry).key) : [];
        const found = { missing: details.missing, unexpected: details.unexpected, invalid, unsupported: details.unsupported };
        const fixes = MISMATCHES.flatMap((kind) => {
          const names = toTexts(found[kind]);
          return names.length > 0 ? [t(`template_params_mismatch.${kind}`, { names: names.join(", ") })] : [];
        });
        return { message: t("template_params_mismatch.message"), fix: fixes.join(" ") || reason.fix };
      }
      case "rate_limit_exceeded": {
        if (typeof details.allowance !== "number" || typeof details.nextFreeAt !== "string") break;
        return {
          message: t("rate_limit_exceeded.message", { limit: formatNumber(details.allowance, zone.language) }),
          fix: t("rate_limit_exceeded.fix", { at: formatDateTime(new Date(details.nextFreeAt), zone) }),
        };
      }
      case "integration_paused":
      case "outside_customer_service_window":
      case "recipient_opted_out_at_meta":
        return { message: t(`${reason.code}.message`), fix: t(`${reason.code}.fix`) };
    }
    return { message: reason.message, fix: reason.fix };
  };
}

const PURPOSES = ["marketing", "utility", "authentication", "service"] as const;
const MISMATCHES = ["missing", "unexpected", "invalid", "unsupported"] as const;

function toRecord(value: unknown): Record<string, unknown> {
  return typeof value === "object" && value !== null ? (value as Record<string, unknown>) : {};
}

function toTexts(value: unknown): string[] {
  return Array.isArray(value) ? value.filter((entry) => typeof entry === "string") : [];
}
