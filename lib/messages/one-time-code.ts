import type { MessageContent } from "@/lib/whatsapp/content";

const MASK = "••••";
/** In messages of versions that kept only the filled-in text, a code is what looks like one. */
const LIKE_A_CODE = /[A-Za-z0-9]*\d[A-Za-z0-9]{3,}|\d{4,}/g;

/**
 * What anybody may be shown of a message that carries a one-time code: who reads the console or the API must not be able to sign
 * in as the person. Wherever a value was filled in, and in the parameters, there is a mask instead.
 */
export function withoutCode(content: MessageContent): MessageContent {
  if (content.type === "text") return { ...content, body: content.body.replace(LIKE_A_CODE, MASK) };
  if (content.type !== "template") return content;
  const values = Object.values(content.params ?? {}).filter((value) => value.trim() !== "");
  const masked = (text: string): string =>
    values.length > 0
      ? [...values].sort((a, b) => b.length - a.length).reduce((shown, value) => shown.replaceAll(value, MASK), text)
      : text.replace(LIKE_A_CODE, MASK);
  const params =
    content.params === null
      ? null
      : Array.isArray(content.params)
        ? content.params.map(() => MASK)
        : Object.fromEntries(Object.keys(content.params).map((key) => [key, MASK]));
  return { ...content, params, rendered: maskStrings(content.rendered, masked) };
}

/** The same shape with every text of it masked. */
function maskStrings<T>(value: T, masked: (text: string) => string): T {
  if (typeof value === "string") return masked(value) as T;
  if (Array.isArray(value)) return value.map((one) => maskStrings(one, masked)) as T;
  if (value !== null && typeof value === "object")
    return Object.fromEntries(
      Object.entries(value).map(([key, one]) => [key, key === "type" || key === "format" ? one : maskStrings(one, masked)]),
    ) as T;
  return value;
}
