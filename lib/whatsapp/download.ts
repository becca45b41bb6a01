import "server-only";
import { type LookupAddress, type LookupAllOptions, lookup } from "node:dns";
import { Agent, request } from "undici";
import { isInward } from "@/lib/network";

export type DownloadRequest = { url: string; headers: Record<string, string>; signal: AbortSignal };
export type DownloadAnswer = { status: number; headers: Record<string, string>; body: AsyncIterable<Uint8Array> };
/** Carries a file as it comes. Whoever leaves the body before its end closes the connection. */
export type Download = (request: DownloadRequest) => Promise<DownloadAnswer>;

const TIMES = { headersTimeout: 20_000, bodyTimeout: 20_000 };
/** Files are few beside messages, and each takes a connection for as long as it comes. */
const CONNECTIONS = 16;

type Found = (error: NodeJS.ErrnoException | null, addresses: LookupAddress[]) => void;

/** Names are looked up once, and what they lead to is looked at before anything is connected. */
function lookupOutward(host: string, options: LookupAllOptions, found: Found): void {
  lookup(host, { ...options, all: true }, (error, addresses) => {
    const inward = addresses?.some(({ address }) => isInward(address));
    if (inward) found(Object.assign(new Error("The address leads inward."), { code: "INWARD_ADDRESS" }), []);
    else found(error, addresses);
  });
}

const outward = new Agent({ connections: CONNECTIONS, connect: { timeout: 5_000, lookup: lookupOutward as never }, ...TIMES });
const anywhere = new Agent({ connections: CONNECTIONS, connect: { timeout: 5_000 }, ...TIMES });

/** Over the network; redirects are never followed. `mayBeInward` is for an address that the installation itself allows. */
export function httpDownload({ mayBeInward }: { mayBeInward: boolean }): Download {
  return async ({ url, headers, signal }) => {
    const answer = await request(url, { dispatcher: mayBeInward ? anywhere : outward, headers, signal });
    return {
      status: answer.statusCode,
      headers: Object.fromEntries(Object.entries(answer.headers).map(([name, value]) => [name, String(value)])),
      body: answer.body,
    };
  };
}
