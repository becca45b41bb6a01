import "server-only";
import { fileTypeFromBuffer } from "file-type";
import { MEDIA_TYPES, STILL_STICKER_LIMIT } from "@/lib/whatsapp/media-types";

export type Sniffed = { mimeType: string; limit: number };

/** Names under which a type is found, that Meta calls otherwise. */
const META_NAMES: Record<string, string> = {
  "audio/x-m4a": "audio/mp4",
  "audio/ogg; codecs=opus": "audio/ogg",
  "video/3gpp2": "video/3gpp",
};
/** Older Office files look alike from outside: the name tells which program they are for. */
const OFFICE: Record<string, string> = {
  doc: "application/msword",
  xls: "application/vnd.ms-excel",
  ppt: "application/vnd.ms-powerpoint",
};

/**
 * What a file is by its first bytes, never by what its sender calls it; null for what Meta does not take. A file without marks of
 * its own is a text when all of it that is seen is one, and neither markup nor a program.
 */
export async function sniff(head: Uint8Array, filename: string | null): Promise<Sniffed | null> {
  const found = await fileTypeFromBuffer(head);
  const mimeType = found === undefined ? (isPlainText(head) ? "text/plain" : "") : nameOf(found.mime, filename);
  const type = MEDIA_TYPES[mimeType];
  if (!type) return null;
  const isStill = mimeType === "image/webp" && !isAnimated(head);
  return { mimeType, limit: isStill ? STILL_STICKER_LIMIT : type.limit };
}

function nameOf(mime: string, filename: string | null): string {
  if (mime === "application/x-cfb") return OFFICE[filename?.toLowerCase().split(".").at(-1) ?? ""] ?? mime;
  return META_NAMES[mime] ?? mime;
}

/** The second flag of an extended header says that there are frames. Source: Google, "WebP Container Specification". */
function isAnimated(head: Uint8Array): boolean {
  return Buffer.from(head.subarray(12, 16)).toString("latin1") === "VP8X" && ((head[20] ?? 0) & 0b10) !== 0;
}

const MARKUP = /^\s*(<(!doctype|html|head|body|script|svg|\?xml|!--|[a-z]+[\s>])|#!|%!)/i;

function isPlainText(head: Uint8Array): boolean {
  // The last character may be cut in two.
  const text = new TextDecoder("utf-8", { fatal: false }).decode(head, { stream: true });
  const isText = !head.some(isControl) && !text.includes("\ufffd");
  return isText && text.trim() !== "" && !MARKUP.test(text.replace(/^\ufeff/, ""));
}

/** Beside tab, line feeds, and the escape that terminals take. */
function isControl(byte: number): boolean {
  return byte < 9 || (byte > 13 && byte < 32 && byte !== 27) || byte === 127;
}
