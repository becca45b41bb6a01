import "server-only";
import type { z } from "zod";
import type { Download } from "@/lib/whatsapp/download";
import { cleanJson, cleanText, writingsOf } from "@/lib/whatsapp/graph-edge";
import { GraphError, NO_ANSWER, parseJson, refusal, transportFailure, withoutGraph } from "@/lib/whatsapp/graph-error";
import { ErrorAnswer, ListAnswer } from "@/lib/whatsapp/graph-shapes";
import { type GraphRequest, type GraphResponse, httpTransport, type Transport } from "@/lib/whatsapp/transport";

/** How to reach Graph as one integration. `baseUrl` is scheme, host and port; `version` is such as `v26.0`. */
export type GraphAccess = {
  baseUrl: string;
  version: string;
  accessToken: string;
  /** Goes with every call where the app secret is known; apps may be set to refuse calls without it. */
  appSecretProof?: string;
  transport?: Transport;
  download?: Download;
};

type CallInput = {
  method: GraphRequest["method"];
  path: string;
  query?: Record<string, string>;
  body?: unknown;
  signal?: AbortSignal;
};

class Answer {
  readonly response: GraphResponse;
  readonly json: unknown;

  constructor(response: GraphResponse, json: unknown) {
    this.response = response;
    this.json = json;
  }

  parse<T>(schema: z.ZodType<T>): { data: T } {
    const parsed = schema.safeParse(this.json);
    if (!parsed.success) throw withoutGraph(this, "Meta's answer has an unexpected shape.");
    return { data: parsed.data };
  }
}

let sharedTransport: Transport | undefined;

/** The pool of connections to Graph that this thread's calls share. */
export function sharedGraphTransport(): Transport {
  sharedTransport ??= httpTransport().send;
  return sharedTransport;
}

/** One call. Throws `GraphError`; what it answers is clean and free of secrets. */
export async function call(access: GraphAccess, input: CallInput): Promise<Answer> {
  const send = access.transport ?? sharedGraphTransport();
  let response: GraphResponse;
  try {
    response = await send(buildRequest(access, input));
  } catch (error) {
    throw transportFailure(error);
  }
  return readAnswer(access, response, input.query?.input_token);
}

/** Pure: the request of a call. */
export function buildRequest(access: GraphAccess, input: CallInput): GraphRequest {
  const url = new URL(`/${access.version}/${input.path}`, access.baseUrl);
  for (const [name, value] of Object.entries(input.query ?? {})) url.searchParams.set(name, value);
  if (access.appSecretProof !== undefined) url.searchParams.set("appsecret_proof", access.appSecretProof);
  return {
    method: input.method,
    url: url.href,
    headers: {
      authorization: `Bearer ${access.accessToken}`,
      accept: "application/json",
      ...(input.body !== undefined && { "content-type": "application/json" }),
    },
    ...(input.body !== undefined && { body: JSON.stringify(input.body) }),
    ...(input.signal && { signal: input.signal }),
  };
}

/** Pure: what Graph answered. Throws `GraphError` where it did not answer, or refused. */
export function readAnswer(access: GraphAccess, response: GraphResponse, inputToken?: string): Answer {
  const secrets = secretsOf(access, inputToken);
  const json = cleanJson(parseJson(response.text), secrets);
  const answer = new Answer(json === undefined ? { ...response, text: cleanText(response.text, secrets) } : response, json);
  const graphError = ErrorAnswer.safeParse(json);
  if (graphError.success) throw refusal(response, graphError.data.error, json);
  if (response.status < 200 || response.status > 299 || json === undefined)
    throw withoutGraph(answer, "The answer did not come from Graph.");
  return answer;
}

const KNOWN_WRITINGS = 100;
const knownWritings = new Map<string, string[]>();

/** The writings of an integration's secrets, which are the same at each of a thousand calls a second. */
function secretsOf({ accessToken, appSecretProof = "" }: GraphAccess, inputToken = ""): string[] {
  const secrets = [accessToken, appSecretProof, inputToken];
  const key = secrets.join(" ");
  const writings = knownWritings.get(key) ?? writingsOf(secrets);
  if (knownWritings.size >= KNOWN_WRITINGS) knownWritings.clear();
  knownWritings.set(key, writings);
  return writings;
}

/**
 * Reads a node. Asks for less when this version of Graph does not know all of the fields; throws when it does not know them
 * because the id names a thing of another kind.
 */
export async function callForFields(
  access: GraphAccess,
  id: string,
  { fields, coreFields, nodeType }: { fields: string; coreFields: string; nodeType: RegExp },
): Promise<Answer> {
  try {
    return await call(access, { method: "GET", path: pathId(id), query: { fields } });
  } catch (error) {
    if (!isUnknownField(error) || (error.nodeType !== null && !nodeType.test(error.nodeType))) throw error;
    return call(access, { method: "GET", path: pathId(id), query: { fields: coreFields } });
  }
}

/** An older or newer version does not know every field: code 100 "Tried accessing nonexisting field". */
function isUnknownField(error: unknown): error is GraphError {
  return error instanceof GraphError && error.code === 100 && error.subcode !== 33 && !error.wantsAppSecret;
}

const MAX_PAGES = 1_000;
/** A page may be empty with others behind it, but a listing that brings nothing any more has ended. */
const MAX_EMPTY_PAGES = 10;

/**
 * All entries of a list, a page (an array) at a time. Only Meta's cursor is followed, never its `next` address, so that no
 * answer can lead the token to another host; a cursor seen before ends the listing with `GraphError`.
 */
export async function* listPages(
  access: GraphAccess,
  list: { path: string; fields: string; coreFields: string; pageSize: number },
): AsyncGenerator<unknown[]> {
  const seen = new Set<string>();
  let { fields } = list;
  let after: string | undefined;
  let emptyPages = 0;
  for (let page = 0; page < MAX_PAGES; page++) {
    const ask = () =>
      call(access, {
        method: "GET",
        path: list.path,
        query: { fields, limit: String(list.pageSize), ...(after !== undefined && { after }) },
      });
    let answer: Answer;
    try {
      answer = await ask();
    } catch (error) {
      if (fields === list.coreFields || !isUnknownField(error)) throw error;
      fields = list.coreFields;
      answer = await ask();
    }
    const { data } = answer.parse(ListAnswer);
    yield data.data;
    if (!data.paging?.next) return;
    after = data.paging.cursors?.after ?? cursorOf(data.paging.next);
    if (after === undefined) return;
    if (seen.has(after)) throw withoutGraph(answer, "Meta's list repeats itself.");
    seen.add(after);
    emptyPages = data.data.length === 0 ? emptyPages + 1 : 0;
    if (emptyPages >= MAX_EMPTY_PAGES) throw withoutGraph(answer, "Meta's list goes on without entries.");
  }
  throw new GraphError({ ...NO_ANSWER, title: `Meta's list has more than ${MAX_PAGES} pages.`, proof: "refused", raw: null });
}

function cursorOf(next: string): string | undefined {
  return URL.canParse(next) ? (new URL(next).searchParams.get("after") ?? undefined) : undefined;
}

/** Ids are Meta's and opaque, but one that could leave its place in the path is never sent. */
export function pathId(id: string): string {
  if (/^[A-Za-z0-9_-]{1,128}$/.test(id)) return id;
  throw new GraphError({
    ...NO_ANSWER,
    kind: "fix_request",
    title: "An id holds characters that no id of Meta's has.",
    proof: "not_sent",
    raw: null,
  });
}
