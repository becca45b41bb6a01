import "server-only";
import { eventType, Inngest } from "inngest";
import { z } from "zod";

/** Keys and addresses come from INNGEST_* in the environment. */
export const inngest = new Inngest({ id: "dese-whatsapp-console" });

/** Messages of an integration may be due. */
export const messagesWaiting = eventType("whatsapp/messages.waiting", {
  schema: z.object({ integrationId: z.string(), organizationId: z.string() }),
});

/** Webhook bodies were stored. */
export const webhooksReceived = eventType("whatsapp/webhooks.received", { schema: z.object({}) });

/** The stand-in has webhooks of its own to deliver. */
export const sandboxWaiting = eventType("whatsapp/sandbox.waiting", { schema: z.object({}) });
