export type ComposeMode = "text" | "template";

type Asked = {
  contactId: string;
  /** Whoever has a number is named by it: it can be read and corrected in the field. */
  phoneNumber: string | null;
  integrationId?: string;
  mode?: ComposeMode | undefined;
};

/** Where a message to this person is written. */
export function composeHref({ contactId, phoneNumber, integrationId, mode }: Asked): string {
  const query = new URLSearchParams(phoneNumber ? { to: phoneNumber } : { contact: contactId });
  if (integrationId) query.set("from", integrationId);
  if (mode) query.set("mode", mode);
  return `/compose?${query}`;
}
