import { readdirSync, readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { AUDIT_ACTIONS } from "@/lib/audit-actions";
import type { Language } from "./languages";
import { LANGUAGES } from "./languages";

/** One word for one thing. What is matched here was said in another way before; the sentence says which word is ours. */
const NOT_OURS: Record<Language, [pattern: RegExp, instead: string][]> = {
  en: [
    [/\bmend(s|ed|ing)?\b/i, "fix"],
    [/\bpresent password\b/i, "current password"],
    [/\bstands? against\b/i, "ready to send, or the reason"],
    [/\bdo not go together\b/i, "wrong e-mail or password"],
    [/\bin doubt\b/i, "unknown outcome"],
    [/\bkept (it|them)\b/i, "done"],
    [/\bplace frees\b/i, "next free"],
    [/\bhighest day\b/i, "peak"],
    [/\bsynchroni[sz]e/i, "read from Meta"],
  ],
  tr: [
    [/(?<!\p{L})sına(?!v)/iu, "test et"],
    [/^İzin yok|(yeni bir|yeniden) izin|kişinin izni/iu, "onay"],
    [/WhatsApp Manager/u, "WhatsApp Yöneticisi"],
    [/Meta Business ayar|Meta İşletme Ayar/iu, "İşletme Ayarları"],
    [/zaman çizgi/iu, "zaman çizelgesi"],
    [/(?<!\p{L})arıza/iu, "hata benzetimi"],
    [/sihirli/iu, "test numaraları"],
    [/sonuç belirsiz|belirsiz sonuç|bilinmeyen sonuç/iu, "sonucu bilinmiyor"],
    [/işlem bildirimi/iu, "bilgilendirme"],
    [/(?<!\p{L})sürdür(?!m)/iu, "yeniden başlat"],
    [/toparlan/iu, "düzeltildi"],
    [/^redde(tti|diyor)|ret kaydet/iu, "onayını geri çekti"],
    [/hak bitti/iu, "hak doldu"],
    [/\} m[uıiü] demek istediniz/iu, "bunu mu demek istediniz"],
    [/şablon\p{L}* eşitle/iu, "Meta’dan al"],
  ],
};

describe.each(LANGUAGES)("the words in %s", (language) => {
  const texts = readdirSync(new URL(`./${language}/`, import.meta.url)).flatMap((file) =>
    leaves(JSON.parse(readFileSync(new URL(`./${language}/${file}`, import.meta.url), "utf8")), file.replace(/json$/, "")),
  );

  it("have one form of apostrophe and of quotation marks", () => {
    expect(texts.filter(([, text]) => /['"]/.test(text.replace(/<[^>]*>/g, "")))).toEqual([]);
  });

  it("name everything that the audit trail can tell of, and nothing else", () => {
    const named = texts.flatMap(([key]) => key.split("settings.audit.actions.")[1] ?? []);
    expect(named.sort()).toEqual([...AUDIT_ACTIONS].sort());
  });

  it.each(NOT_OURS[language])("do not say %s, but: %s", (pattern) => {
    expect(texts.filter(([, text]) => pattern.test(text))).toEqual([]);
  });
});

function leaves(value: unknown, path: string): [string, string][] {
  if (typeof value === "string") return [[path, value]];
  return Object.entries(value as object).flatMap(([key, inner]) =>
    leaves(inner, `${path}${path.endsWith(".") ? "" : "."}${key}`),
  );
}
