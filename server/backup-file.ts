import "server-only";
import { randomUUID } from "node:crypto";
import { type Readable, Transform } from "node:stream";
import { type Key, openBytes, sealBytes } from "@/lib/crypto";
import { Problem } from "./problem";

const MAGIC = "message-console-backup 1";
const FRAME = 1 << 20;
const LARGEST_FRAME = FRAME + 64;

export type BackupHeader = {
  id: string;
  createdAt: string;
  /** The key that sealed the file, by its id. */
  keyId: string;
  /** The newest migration of the database it was made from. */
  migration: string;
};

export function newHeader(key: Key, migration: string, now: Date): BackupHeader {
  return { id: randomUUID(), createdAt: now.toISOString(), keyId: key.id, migration };
}

/** Each frame is bound to its file, its number and whether it is the last: none can be left out, moved or cut off. */
const place = (header: BackupHeader, index: number, isLast: boolean) => `backup ${JSON.stringify(header)} ${index} ${isLast}`;

/** Turns a stream of bytes into the file: a readable header and sealed frames of 1 MB. */
export function sealing(key: Key, header: BackupHeader): Transform {
  let waiting = Buffer.alloc(0);
  let index = 0;
  const frame = (bytes: Buffer, isLast: boolean) => {
    const sealed = sealBytes(key, place(header, index++, isLast), bytes);
    const length = Buffer.alloc(4);
    length.writeUInt32BE(sealed.length);
    return Buffer.concat([length, sealed]);
  };
  return new Transform({
    construct(done) {
      this.push(`${MAGIC}\n${JSON.stringify(header)}\n`);
      done();
    },
    transform(chunk: Buffer, _, done) {
      waiting = Buffer.concat([waiting, chunk]);
      while (waiting.length > FRAME) {
        this.push(frame(waiting.subarray(0, FRAME), false));
        waiting = waiting.subarray(FRAME);
      }
      done();
    },
    flush(done) {
      this.push(frame(waiting, true));
      done();
    },
  });
}

/** Reads the header, and answers it with the opened bytes that follow. Every wrong byte ends in a Problem. */
export async function openBackup(
  file: Readable,
  keys: readonly Key[],
): Promise<{ header: BackupHeader; bytes: AsyncGenerator<Buffer> }> {
  const chunks = file[Symbol.asyncIterator]() as AsyncIterator<Buffer>;
  let waiting = Buffer.alloc(0);
  const fill = async (size: number): Promise<boolean> => {
    while (waiting.length < size) {
      const { done, value } = await chunks.next();
      if (done) return false;
      waiting = Buffer.concat([waiting, value]);
    }
    return true;
  };
  const line = async (): Promise<string> => {
    for (let end = -1; ; ) {
      end = waiting.indexOf(10);
      if (end >= 0) {
        const text = waiting.subarray(0, end).toString("utf8");
        waiting = waiting.subarray(end + 1);
        return text;
      }
      if (waiting.length > 4096 || !(await fill(waiting.length + 1)))
        throw new Problem("This file is not a backup of this program.");
    }
  };
  if ((await line()) !== MAGIC) throw new Problem("This file is not a backup of this program.");
  const header = JSON.parse(await line()) as BackupHeader;
  const key = keys.find(({ id }) => id === header.keyId);
  if (!key) throw new Problem(`ENCRYPTION_KEYS does not hold the key "${header.keyId}" with which this backup was sealed.`);

  async function* bytes(): AsyncGenerator<Buffer> {
    for (let index = 0; ; index++) {
      if (!(await fill(4))) throw damaged();
      const size = waiting.readUInt32BE(0);
      if (size > LARGEST_FRAME || !(await fill(4 + size))) throw damaged();
      const sealed = waiting.subarray(4, 4 + size);
      waiting = waiting.subarray(4 + size);
      const isLast = waiting.length === 0 && !(await fill(1));
      yield openFrame(key as Key, place(header, index, isLast), sealed);
      if (isLast) return;
    }
  }
  return { header, bytes: bytes() };
}

function openFrame(key: Key, where: string, sealed: Buffer): Buffer {
  try {
    return openBytes(key, where, sealed);
  } catch {
    throw damaged();
  }
}

function damaged(): Problem {
  return new Problem("The backup is damaged or cut off. Nothing of it was kept.");
}
