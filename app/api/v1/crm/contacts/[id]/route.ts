import { IdParams, route } from "@/lib/api/route";
import { getContact, updateContact } from "@/lib/contacts/contacts";
import { eraseContact } from "@/lib/contacts/erase";
import { Contact, UpdateContact } from "@/lib/contacts/schema";

export const GET = route({
  summary: "Read a contact",
  permission: "contacts:read",
  params: IdParams,
  response: Contact,
  handler: ({ ctx, params }) => getContact(ctx, params.id),
});

export const PATCH = route({
  summary: "Change a contact",
  permission: "contacts:write",
  params: IdParams,
  body: UpdateContact,
  response: Contact,
  handler: ({ ctx, params, body }) => updateContact(ctx, params.id, body),
});

export const DELETE = route({
  summary: "Erase a person",
  description:
    "Deletes the contact, its addresses, its consent ledger, its conversations and all of its messages. It cannot be undone.",
  permission: "contacts:write",
  params: IdParams,
  handler: ({ ctx, params }) => eraseContact(ctx, params.id),
});
