import { expect, it } from "vitest";
import { answerParts } from "./attachments";

const file = (key: number, type: "image" | "document" | "audio" | "sticker", name = `f${key}`) => ({
  key,
  name,
  uploaded: { id: `med_${key}`, type, mimeType: "x/y", bytes: 1, sha256: "" },
});

it("sends words alone as a text, and files without words bare", () => {
  expect(answerParts("Merhaba", [])).toEqual([{ says: { message: "Merhaba" } }]);
  expect(answerParts(" \n", [file(1, "image")])).toEqual([{ says: { media: { type: "image", id: "med_1" } }, file: 1 }]);
});

it("writes the words beneath the first file, and keeps a document's name", () => {
  expect(answerParts("Bakın", [file(1, "document", "fatura.pdf"), file(2, "image")])).toEqual([
    { says: { media: { type: "document", id: "med_1", caption: "Bakın", filename: "fatura.pdf" } }, file: 1 },
    { says: { media: { type: "image", id: "med_2" } }, file: 2 },
  ]);
});

it.each(["audio", "sticker"] as const)("sends the words before an %s, which has no caption", (type) => {
  expect(answerParts("Bakın", [file(1, type)])).toEqual([
    { says: { message: "Bakın" } },
    { says: { media: { type, id: "med_1" } }, file: 1 },
  ]);
});

it("sends words that are too long for a caption on their own", () => {
  expect(answerParts("a".repeat(1024), [file(1, "image")])).toHaveLength(1);
  expect(answerParts("a".repeat(1025), [file(1, "image")])[0]).toEqual({ says: { message: "a".repeat(1025) } });
  expect(answerParts("😀".repeat(1024), [file(1, "image")])).toHaveLength(1);
});
