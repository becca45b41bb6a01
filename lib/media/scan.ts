import "server-only";
import { spawn } from "node:child_process";
import { env } from "@/lib/env";

export type Verdict = { clean: true } | { clean: false; verdict: string };

const SCAN_WITHIN_MS = 60_000;
const VERDICT_CHARACTERS = 200;

/** The scanner itself did not work: it is missing, crashed or took too long. */
export class ScanFailed extends Error {
  constructor(why: string) {
    super(`The virus scanner did not work: ${why}`);
    this.name = "ScanFailed";
  }
}

/**
 * Gives a file to the command of MEDIA_SCAN_COMMAND on its standard input, as `clamdscan -` takes it: exit code 0 is clean, 1 is
 * infected, with what was found on its first line; everything else is no verdict and throws `ScanFailed`. Without a command
 * every file is clean.
 */
export async function scan(content: AsyncIterable<Uint8Array>): Promise<Verdict> {
  const { MEDIA_SCAN_COMMAND = "" } = env();
  const [command, ...args] = MEDIA_SCAN_COMMAND.split(" ").filter(Boolean);
  if (command === undefined) return { clean: true };
  const child = spawn(command, args, { stdio: ["pipe", "pipe", "ignore"], timeout: SCAN_WITHIN_MS, killSignal: "SIGKILL" });
  let said = "";
  child.stdout.setEncoding("utf8").on("data", (text: string) => {
    if (said.length < 4 * VERDICT_CHARACTERS) said += text;
  });
  const ended = new Promise<number>((resolve, reject) => {
    child.once("error", (error) => reject(new ScanFailed("code" in error ? String(error.code) : error.name)));
    child.once("close", (code, signal) =>
      code === null ? reject(new ScanFailed(signal === "SIGKILL" ? "it took too long" : `${signal}`)) : resolve(code),
    );
  });
  // It may know enough before it has read everything.
  child.stdin.on("error", () => undefined);
  const given = feed(child.stdin, content);
  const [code] = await Promise.all([ended, given]);
  if (code === 0) return { clean: true };
  if (code !== 1) throw new ScanFailed(`exit code ${code}`);
  const verdict = (said.split("\n")[0] ?? "").replace(/^(stream|stdin|-): /, "").trim();
  return { clean: false, verdict: verdict.slice(0, VERDICT_CHARACTERS) || "?" };
}

async function feed(stdin: NodeJS.WritableStream & { destroyed?: boolean }, content: AsyncIterable<Uint8Array>): Promise<void> {
  for await (const piece of content) {
    if (stdin.destroyed) return;
    if (!stdin.write(piece)) await new Promise<void>((next) => stdin.once("drain", next).once("close", next));
  }
  stdin.end();
}
