import { route } from "@/lib/api/route";
import { consentLedger } from "@/lib/contacts/ledger";
import { ConsentEntry, ConsentLedger, ConsentQuery, RecordConsent } from "@/lib/contacts/schema";
import { recordWord } from "@/lib/messages/record-consent";

export const GET = route({
  summary: "Read a person's consent and its ledger",
  permission: "contacts:read",
  query: ConsentQuery,
  response: ConsentLedger,
  handler: ({ ctx, query }) => consentLedger(ctx, query),
});

export const POST = route({
  summary: "Record that a person opted in or out",
  description:
    "The ledger is only added to. An unknown number becomes a contact. What waits for somebody who opts out is cancelled at once.",
  permission: "contacts:write",
  body: RecordConsent,
  response: ConsentEntry,
  status: 201,
  handler: ({ ctx, body }) => recordWord(ctx, body),
});
