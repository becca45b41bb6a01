/**
 * The address to return to, when it is one of ours; else null. It is judged as the browser reads it: tabs, backslashes and dots
 * that look harmless as text can lead elsewhere. The whole address is given, because a path alone may begin with `//`.
 */
export function ownAddress(wanted: string | null | undefined, origin: string): string | null {
  if (!wanted || !URL.canParse(wanted, origin)) return null;
  const address = new URL(wanted, origin);
  const isPage = address.protocol === "http:" || address.protocol === "https:";
  return isPage && address.origin === new URL(origin).origin ? address.href : null;
}
