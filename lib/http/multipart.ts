import { Readable } from "node:stream";
import { Busboy, type BusboyInstance } from "@fastify/busboy";

export type FormFile = { filename: string | null; mimeType: string; content: AsyncIterable<Uint8Array> };

/** Fields are short, and there are few. */
const LIMITS = { fields: 10, fieldSize: 1_000, fieldNameSize: 100, files: 1, parts: 12, headerPairs: 20 };

/** The form is not one, or ended too early. */
export class BrokenForm extends Error {}

/**
 * Reads a form of fields and one file as it comes: `keep` is given the file's bytes while they arrive, and what it answers is the
 * answer's `file`. Throws `BrokenForm`, and whatever `keep` throws.
 */
export async function readForm<T>(
  contentType: string,
  body: AsyncIterable<Uint8Array>,
  keep: (file: FormFile) => Promise<T>,
): Promise<{ fields: Map<string, string>; file: T | undefined }> {
  const fields = new Map<string, string>();
  let kept: Promise<T> | undefined;
  const form = openForm(contentType);
  const source = Readable.from(body);
  const done = new Promise<void>((resolve, reject) => {
    form.on("field", (name, value) => void fields.set(name, value));
    form.on("file", (name, stream, filename, _encoding, mimeType) => {
      if (name !== "file" || kept) {
        stream.resume();
        return;
      }
      kept = keep({ filename: filename || null, mimeType, content: stream });
      kept.catch(reject);
    });
    form.on("finish", resolve);
    form.on("error", (error: unknown) => reject(new BrokenForm(error instanceof Error ? error.message : "The form is broken.")));
    source.on("error", () => reject(new BrokenForm("The form was cut off.")));
  });
  source.pipe(form);
  try {
    await done;
    return { fields, file: await kept };
  } catch (error) {
    source.unpipe(form);
    source.destroy();
    form.destroy();
    // Its own end comes after ours; what it says then is said already.
    kept?.catch(() => undefined);
    throw error;
  }
}

function openForm(contentType: string): BusboyInstance {
  try {
    return new Busboy({ headers: { "content-type": contentType }, limits: LIMITS });
  } catch (error) {
    throw new BrokenForm(error instanceof Error ? error.message : "This is no form.");
  }
}
