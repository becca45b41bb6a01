import { authenticate } from "@/lib/auth/authenticate";
import { openDatabase } from "@/lib/ctx";
import { env } from "@/lib/env";
import { requestIdOf, respondError } from "@/lib/http/respond";
import { openStreams, subscribe, type Topic } from "@/lib/live";
import { log } from "@/lib/log";
import { allows } from "@/lib/organizations/permissions";

/** The longest that Vercel's common plans allow; the stream ends before it and the browser opens another one. */
export const maxDuration = 300;
const LONGEST_ON_VERCEL_MS = 280_000;
const HEARTBEAT_MS = 20_000;
/** A busy organization announces hundreds of changes a second; a browser needs to hear of them a few times. */
const GATHER_MS = 200;

/** Server-sent events: which nouns of the organization changed, of those the asker may read. Ends when the session does. */
export async function GET(request: Request): Promise<Response> {
  const requestId = requestIdOf(request);
  try {
    const db = await openDatabase();
    const { organizationId, ...first } = await authenticate(db, request, requestId);
    let { scopes } = first;
    const isStillWelcome = async () => {
      const caller = await authenticate(db, request, requestId);
      scopes = caller.scopes;
      return caller.organizationId === organizationId;
    };
    const mayHear = (topic: Topic) => allows(scopes, `${topic}:read`);
    return new Response(await eventStream(organizationId, request.signal, isStillWelcome, mayHear), {
      headers: {
        "content-type": "text/event-stream; charset=utf-8",
        "cache-control": "no-store, no-transform",
        "x-accel-buffering": "no",
        "x-request-id": requestId,
      },
    });
  } catch (error) {
    return respondError(error, requestId);
  }
}

async function eventStream(
  organizationId: string,
  signal: AbortSignal,
  isStillWelcome: () => Promise<boolean>,
  mayHear: (topic: Topic) => boolean,
): Promise<ReadableStream<Uint8Array>> {
  const encoder = new TextEncoder();
  const gathered = new Set<Topic>();
  let controller: ReadableStreamDefaultController<Uint8Array> | undefined;
  let gathering: NodeJS.Timeout | undefined;

  const write = (text: string) => controller?.enqueue(encoder.encode(text));
  const flush = () => {
    gathering = undefined;
    write(`data: ${JSON.stringify({ topics: [...gathered] })}\n\n`);
    gathered.clear();
  };
  const unsubscribe = await subscribe(organizationId, (topics) => {
    for (const topic of topics.filter(mayHear)) gathered.add(topic);
    if (gathered.size > 0) gathering ??= setTimeout(flush, GATHER_MS);
  });
  const heartbeat = setInterval(async () => {
    const isWelcome = await isStillWelcome().catch((error: unknown) => {
      log.debug({ err: error }, "A live connection is not welcome any more");
      return false;
    });
    if (isWelcome) write(": still here\n\n");
    else close();
  }, HEARTBEAT_MS);
  heartbeat.unref();
  const ending = env().VERCEL ? setTimeout(() => close(), LONGEST_ON_VERCEL_MS) : undefined;

  const leave = () => {
    controller = undefined;
    clearInterval(heartbeat);
    clearTimeout(gathering);
    clearTimeout(ending);
    unsubscribe();
    openStreams.delete(close);
    signal.removeEventListener("abort", close);
  };
  const close = () => {
    const open = controller;
    leave();
    open?.close();
  };
  openStreams.add(close);

  return new ReadableStream<Uint8Array>({
    start(opened) {
      controller = opened;
      signal.addEventListener("abort", close);
      write("retry: 2000\n: listening\n\n");
      if (signal.aborted) close();
    },
    cancel: leave,
  });
}
