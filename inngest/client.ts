import "server-only";
import { eventType, Inngest } from "inngest";
import { z } from "zod";
import { log } from "@/lib/log";

/** The library's own words, as lines of our log; its stacks only where somebody looks for them. */
const words =
  (level: "debug" | "info" | "warn" | "error") =>
  (...said: unknown[]) =>
    log[level === "info" ? "debug" : level](
      { inngest: said.map((part) => (part instanceof Error ? part.message : part)) },
      "Inngest's library has something to say",
    );

/** Keys and addresses come from INNGEST_* in the environment. */
export const inngest = new Inngest({
  id: "dese-whatsapp-console",
  internalLogger: { debug: words("debug"), info: words("info"), warn: words("warn"), error: words("warn") },
});

/** Messages of an integration may be due. */
export const messagesWaiting = eventType("whatsapp/messages.waiting", {
  schema: z.object({ integrationId: z.string(), organizationId: z.string() }),
});

/** Webhook bodies were stored. */
export const webhooksReceived = eventType("whatsapp/webhooks.received", { schema: z.object({}) });

/** Files of messages are to be fetched from Meta. */
export const mediaWaiting = eventType("whatsapp/media.waiting", { schema: z.object({}) });

/** The stand-in has webhooks of its own to deliver. */
export const sandboxWaiting = eventType("whatsapp/sandbox.waiting", { schema: z.object({}) });

/** Something of this key comes due at a moment, or whoever is awake for it must have ended by then. */
export const wakeLater = eventType("whatsapp/wake.later", {
  schema: z.object({
    kind: z.enum(["messages", "webhooks", "media", "sandbox"]),
    integrationId: z.string().optional(),
    organizationId: z.string().optional(),
    at: z.iso.datetime(),
  }),
});
