import { deflateSync, inflateSync } from "node:zlib";
import { expect, test } from "vitest";
import { shrinkPng } from "./shrink-png";

/** Two rows of two pixels: red and green, the second row given as the difference from the one above. */
const ROWS = Buffer.from([0, 255, 0, 0, 0, 255, 0, 2, 0, 0, 0, 0, 1, 0]);

test("keeps every colour of a picture with few, whatever filter its rows have", () => {
  const parts = chunks(shrinkPng(rgbPicture(2, 2, ROWS)));
  const palette = parts.PLTE?.toString("hex").match(/.{6}/g) ?? [];
  const rows = inflateSync(parts.IDAT ?? Buffer.alloc(0));
  const colours = [1, 2, 4, 5].map((at) => palette[rows[at] ?? 0]);
  expect(colours).toEqual(["ff0000", "00ff00", "ff0000", "000000"]);
  expect(parts.IHDR?.[9]).toBe(3);
});

test("refuses a picture it cannot read", () => {
  const picture = rgbPicture(2, 2, ROWS);
  picture[25] = 6;
  expect(() => shrinkPng(picture)).toThrow("8-bit RGB");
});

function rgbPicture(width: number, height: number, rows: Buffer): Buffer {
  const header = Buffer.alloc(13);
  header.writeUInt32BE(width, 0);
  header.writeUInt32BE(height, 4);
  header.set([8, 2, 0, 0, 0], 8);
  const chunk = (type: string, data: Buffer) => {
    const length = Buffer.alloc(4);
    length.writeUInt32BE(data.length);
    return Buffer.concat([length, Buffer.from(type), data, Buffer.alloc(4)]);
  };
  return Buffer.concat([
    Buffer.alloc(8),
    chunk("IHDR", header),
    chunk("IDAT", deflateSync(rows)),
    chunk("IEND", Buffer.alloc(0)),
  ]);
}

function chunks(png: Buffer): Record<string, Buffer> {
  const found: Record<string, Buffer> = {};
  for (let i = 8; i < png.length; i += 12 + png.readUInt32BE(i)) {
    found[png.toString("latin1", i + 4, i + 8)] = png.subarray(i + 8, i + 8 + png.readUInt32BE(i));
  }
  return found;
}
