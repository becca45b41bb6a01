import "server-only";
import { publicUrl } from "@/lib/env";
import { blindIndex } from "@/lib/keyring";

/** The callback address to give to Meta: the guide's. */
export function webhookUrl(): string {
  return `${publicUrl()}/api/v1/crm/whatsapp/webhook`;
}

/** The fingerprint by which the integration of a `hub.verify_token` is found. */
export function verifyTokenIndex(token: string): string {
  return blindIndex("integrations.webhook_verify_token", token);
}
