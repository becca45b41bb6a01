import { route } from "@/lib/api/route";
import { createContact } from "@/lib/contacts/contacts";
import { listContacts } from "@/lib/contacts/list";
import { Contact, ContactPage, CreateContact, ListContacts } from "@/lib/contacts/schema";

export const GET = route({
  summary: "List contacts",
  permission: "contacts:read",
  query: ListContacts,
  response: ContactPage,
  handler: ({ ctx, query }) => listContacts(ctx, query),
});

export const POST = route({
  summary: "Create a contact",
  permission: "contacts:write",
  body: CreateContact,
  response: Contact,
  status: 201,
  handler: ({ ctx, body }) => createContact(ctx, body),
});
