import "server-only";
import { z } from "zod";
import type { Db } from "@/db/client";
import { authenticate } from "@/lib/auth/authenticate";
import { type Ctx, openDatabase } from "@/lib/ctx";
import { AppError } from "@/lib/errors";
import { readJson, readStrangersJson, requireText } from "@/lib/http/body";
import { requireSameOriginOfCookies } from "@/lib/http/origin";
import { json, requestIdOf, respondError } from "@/lib/http/respond";
import { allows, type Permission } from "@/lib/organizations/permissions";

type Shape = z.ZodType | undefined;
type Out<S extends Shape> = S extends z.ZodType ? z.output<S> : undefined;

type Described<B extends Shape, Q extends Shape, P extends Shape, R extends Shape> = {
  summary: string;
  description?: string;
  body?: B;
  query?: Q;
  params?: P;
  /** Without it the answer is 204 and empty. */
  response?: R;
  status?: 200 | 201 | 202;
};
type Parsed<B extends Shape, Q extends Shape, P extends Shape> = {
  body: Out<B>;
  query: Out<Q>;
  params: Out<P>;
  request: Request;
};

export type RouteSpec = Described<Shape, Shape, Shape, Shape> & {
  permission: Permission | "signed_in" | "public";
  /** Of an answer that is no JSON. */
  contentType?: string;
  /** The fields of a form, one of which is a file. */
  form?: z.ZodType;
};
export type RouteHandler = ((request: Request, context: RouteContext) => Promise<Response>) & { spec: RouteSpec };
type RouteContext = { params: Promise<Record<string, string | string[]>> };

/**
 * Declares a route of the API for people and programs who have proven who they are. The handler gets parsed input and a
 * context; what it returns is parsed by `response` before it leaves, so that no column escapes.
 */
export function route<
  B extends Shape = undefined,
  Q extends Shape = undefined,
  P extends Shape = undefined,
  R extends Shape = undefined,
>(
  spec: Described<B, Q, P, R> & {
    permission: Permission | "signed_in";
    handler: (input: Parsed<B, Q, P> & { ctx: Ctx }) => Promise<R extends z.ZodType ? z.input<R> : void>;
  },
): RouteHandler {
  return build(spec, async (request, requestId, read) => {
    const ctx = await callerWith(spec.permission, request, requestId);
    return spec.handler({ ...(await read()), ctx });
  });
}

/** Declares a route that strangers may call: the setup and one-time links. It has a database and no organization. */
export function openRoute<
  B extends Shape = undefined,
  Q extends Shape = undefined,
  P extends Shape = undefined,
  R extends Shape = undefined,
>(
  spec: Described<B, Q, P, R> & {
    handler: (
      input: Parsed<B, Q, P> & { db: Db; requestId: string; now: Date },
    ) => Promise<R extends z.ZodType ? z.input<R> : void>;
  },
): RouteHandler {
  return build({ ...spec, permission: "public" as const }, async (request, requestId, read) => {
    requireSameOriginOfCookies(request);
    return spec.handler({ ...(await read()), db: await openDatabase(), requestId, now: new Date() });
  });
}

/**
 * Declares a route that answers with a file of any length, written while it is read: the first lines are on their way before the
 * last are known. What fails before the first line is an error like any other; what fails later cuts the answer short.
 */
export function csvRoute<Q extends Shape = undefined>(
  spec: Omit<Described<undefined, Q, undefined, undefined>, "status"> & {
    permission: Permission;
    fileName: string;
    handler: (input: Parsed<undefined, Q, undefined> & { ctx: Ctx }) => AsyncIterable<string>;
  },
): RouteHandler {
  const handle = async (request: Request, context: RouteContext) => {
    const requestId = requestIdOf(request);
    try {
      const ctx = await callerWith(spec.permission, request, requestId);
      const input: Parsed<undefined, Q, undefined> = await parse(spec, request, context);
      const lines = spec.handler({ ...input, ctx })[Symbol.asyncIterator]();
      const first = await lines.next();
      const encoder = new TextEncoder();
      const body = new ReadableStream<Uint8Array>({
        start: (stream) => (first.done ? stream.close() : stream.enqueue(encoder.encode(first.value))),
        async pull(stream) {
          const next = await lines.next();
          if (next.done) stream.close();
          else stream.enqueue(encoder.encode(next.value));
        },
        cancel: async () => void (await lines.return?.()),
      });
      return new Response(body, {
        headers: {
          "content-type": "text/csv; charset=utf-8",
          "content-disposition": `attachment; filename="${spec.fileName}"`,
          "cache-control": "no-store",
          "x-request-id": requestId,
        },
      });
    } catch (error) {
      return respondError(error, requestId);
    }
  };
  return Object.assign(handle, { spec: { ...spec, contentType: "text/csv" } as RouteSpec });
}

/** Declares a route that takes a form with a file: the handler reads it as it comes, once the caller has proven who they are. */
export function formRoute<R extends z.ZodType, P extends Shape = undefined>(
  spec: Omit<Described<undefined, undefined, P, R>, "response"> & {
    response: R;
    permission: Permission;
    form: z.ZodType;
    handler: (input: Parsed<undefined, undefined, P> & { ctx: Ctx }) => Promise<z.input<R>>;
  },
): RouteHandler {
  return build(spec, async (request, requestId, read) => {
    const ctx = await callerWith(spec.permission, request, requestId);
    return spec.handler({ ...(await read()), ctx });
  });
}

/** Declares a route that answers with bytes of whatever type. */
export function fileRoute<P extends Shape = undefined>(
  spec: Omit<Described<undefined, undefined, P, undefined>, "status"> & {
    permission: Permission;
    handler: (input: Parsed<undefined, undefined, P> & { ctx: Ctx }) => Promise<Response>;
  },
): RouteHandler {
  const handle = async (request: Request, context: RouteContext) => {
    const requestId = requestIdOf(request);
    try {
      const ctx = await callerWith(spec.permission, request, requestId);
      const response = await spec.handler({ ...(await parse<undefined, undefined, P>(spec, request, context)), ctx });
      response.headers.set("x-request-id", requestId);
      return response;
    } catch (error) {
      return respondError(error, requestId);
    }
  };
  return Object.assign(handle, { spec: { ...spec, contentType: "application/octet-stream" } as RouteSpec });
}

/** Who calls, if they may. */
async function callerWith(permission: Permission | "signed_in", request: Request, requestId: string): Promise<Ctx> {
  const ctx = await authenticate(await openDatabase(), request, requestId);
  if (permission === "signed_in") return ctx;
  if (ctx.lacksSecondFactor) throw new AppError("second_factor_missing");
  if (!allows(ctx.scopes, permission)) throw new AppError("forbidden", `You need the permission ${permission} to do this`);
  return ctx;
}

/** Declares a handler that does everything itself, so that the API's description has it too. */
export function describedRoute(
  spec: Omit<RouteSpec, "permission">,
  handler: (request: Request) => Promise<Response>,
): RouteHandler {
  return Object.assign(handler, { spec: { ...spec, permission: "public" as const } });
}

function build<B extends Shape, Q extends Shape, P extends Shape, R extends Shape>(
  spec: Described<B, Q, P, R> & { permission: RouteSpec["permission"] },
  answer: (request: Request, requestId: string, read: () => Promise<Parsed<B, Q, P>>) => Promise<unknown>,
): RouteHandler {
  const handle = async (request: Request, context: RouteContext) => {
    const requestId = requestIdOf(request);
    try {
      const result = await answer(request, requestId, () => parse(spec, request, context));
      if (!spec.response) return new Response(null, { status: 204, headers: { "x-request-id": requestId } });
      const shown = spec.response.safeParse(result);
      if (!shown.success) throw new Error(`An answer does not fit its declared shape: ${z.prettifyError(shown.error)}`);
      return json(shown.data, spec.status ?? 200, requestId);
    } catch (error) {
      return respondError(error, requestId);
    }
  };
  return Object.assign(handle, { spec: spec as RouteSpec });
}

async function parse<B extends Shape, Q extends Shape, P extends Shape>(
  spec: Described<B, Q, P, Shape> & { permission: RouteSpec["permission"] },
  request: Request,
  context: RouteContext,
): Promise<Parsed<B, Q, P>> {
  const query = spec.query
    ? strict(spec.query).parse(withoutNul(Object.fromEntries(new URL(request.url).searchParams)))
    : undefined;
  const params = spec.params?.parse(withoutNul(await context.params));
  const body = spec.body ? spec.body.parse(await readGiven(spec, request)) : undefined;
  return { body, query, params, request } as Parsed<B, Q, P>;
}

function readGiven({ permission }: { permission: RouteSpec["permission"] }, request: Request): Promise<unknown> {
  return permission === "public" ? readStrangersJson(request) : readJson(request);
}

function withoutNul<T extends Record<string, unknown>>(given: T): T {
  for (const [key, value] of Object.entries(given)) requireText(key, value);
  return given;
}

/** Unknown keys of a query are refused too: a misspelt filter must not look like an answer. */
function strict(shape: z.ZodType): z.ZodType {
  return shape instanceof z.ZodObject ? shape.strict() : shape;
}

/** `{ id }`, the parameter of most routes. */
export const IdParams = z.object({ id: z.string().min(1).max(100) });
