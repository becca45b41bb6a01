import "server-only";
import { desc, eq } from "drizzle-orm";
import { POST } from "@/app/api/v1/crm/whatsapp/webhook/route";
import type { Db } from "@/db/client";
import { deadLetters, webhookEvents } from "@/db/schema/webhooks";
import { signature } from "@/lib/sandbox/bodies";
import { processWebhooks } from "./process";

type Number = { phoneNumberId: string; businessAccountId: string };
export type Status = {
  id: string;
  status: string;
  timestamp?: string;
  biz_opaque_callback_data?: string;
  errors?: object[];
  recipient_id?: string;
};

/** `entry` of Meta's envelope for one number. */
export function entryOf({ phoneNumberId, businessAccountId }: Number, value: object, field = "messages") {
  return {
    id: businessAccountId,
    changes: [
      {
        field,
        value: {
          messaging_product: "whatsapp",
          metadata: { display_phone_number: "905550009999", phone_number_id: phoneNumberId },
          ...value,
        },
      },
    ],
  };
}

export function bodyOf(...entry: object[]): string {
  return JSON.stringify({ object: "whatsapp_business_account", entry });
}

export function statusBody(number: Number, statuses: readonly Status[]): string {
  const now = String(Math.floor(Date.now() / 1000));
  return bodyOf(
    entryOf(number, { statuses: statuses.map((status) => ({ timestamp: now, recipient_id: "905551234567", ...status })) }),
  );
}

/** Posts a body to Meta's door. `header` stands in for the right signature. */
export async function deliver(
  body: string | Uint8Array,
  appSecret: string | null,
  header?: string | null,
  more: Record<string, string> = {},
): Promise<number> {
  const signed =
    header === undefined
      ? signature(appSecret ?? "", typeof body === "string" ? body : Buffer.from(body).toString("latin1"))
      : header;
  const bytes = Buffer.from(body as string);
  const response = await POST(
    new Request("http://localhost/api/v1/crm/whatsapp/webhook", {
      method: "POST",
      headers: {
        "content-type": "application/json",
        "content-length": `${bytes.byteLength}`,
        ...(signed === null ? {} : { "x-hub-signature-256": signed }),
        ...more,
      },
      body: bytes,
    }),
    { params: Promise.resolve({}) },
  );
  await response.text();
  return response.status;
}

/** Processes until nothing is left. */
export async function processAll(db: Db): Promise<void> {
  while ((await processWebhooks(db)) > 0);
}

export async function eventsOf(db: Db, organizationId: string) {
  return db.select().from(webhookEvents).where(eq(webhookEvents.organizationId, organizationId)).orderBy(desc(webhookEvents.id));
}

export async function deadLettersOf(db: Db, organizationId: string) {
  return db.select().from(deadLetters).where(eq(deadLetters.organizationId, organizationId));
}
