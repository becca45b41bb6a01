import { AppError } from "@/lib/errors";
import type { Finding } from "@/lib/whatsapp/template-findings";

/** `template_invalid` with everything that Meta would refuse. */
export function invalid(findings: readonly Finding[]): AppError {
  const [first] = findings;
  const more = findings.length > 1 ? `, and ${findings.length - 1} more` : "";
  return new AppError("template_invalid", `Meta would not take this template: ${first?.path}: ${first?.message}${more}`, {
    details: findings,
  });
}
