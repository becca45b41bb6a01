import { refuseMethod, refusePath } from "@/lib/http/refuse";
import { requestIdOf, respondError } from "@/lib/http/respond";

type Params = Record<string, string | string[]>;
export type Handler = (request: Request, context: { params: Promise<Params> }) => Promise<Response> | Response;
export type ApiRoute = { path: string; handlers: Record<string, unknown> };

type Methods = Map<string, Handler>;
type Node = {
  children: Map<string, Node>;
  param?: { name: string; node: Node };
  rest?: { name: string; methods: Methods };
  methods?: Methods;
};
type Match = { methods: Methods; params: Params };

const METHODS = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"];

/**
 * Answers a request by the route whose path fits, as Next would: `[id]` takes one segment, `[...rest]` all that follow, plain words win.
 * No such path is `not_found`; a path without the method is `method_not_allowed` and says which there are.
 */
export function createApiRouter(routes: readonly ApiRoute[]): (pathname: string, request: Request) => Promise<Response> {
  const root: Node = { children: new Map() };
  for (const { path, handlers } of routes) insert(root, segmentsOf(path), methodsOf(handlers));

  return async (pathname, request) => {
    const match = find(root, segmentsOf(pathname), 0, {});
    if (!match) return refusePath(request);
    const handler = match.methods.get(request.method);
    if (!handler) return refuseMethod([...match.methods.keys()])(request);
    try {
      return await handler(request, { params: Promise.resolve(match.params) });
    } catch (error) {
      return respondError(error, requestIdOf(request));
    }
  };
}

function methodsOf(handlers: Record<string, unknown>): Methods {
  const methods: Methods = new Map();
  for (const name of METHODS) {
    const handler = handlers[name] ?? (name === "HEAD" ? handlers.GET : undefined);
    if (typeof handler === "function") methods.set(name, (request, context) => handler(request, context));
  }
  return methods;
}

function insert(node: Node, segments: string[], methods: Methods): void {
  const [segment, ...others] = segments;
  if (segment === undefined) {
    node.methods = methods;
    return;
  }
  const rest = /^\[\.\.\.(\w+)\]$/.exec(segment)?.[1];
  const param = /^\[(\w+)\]$/.exec(segment)?.[1];
  if (rest) {
    node.rest = { name: rest, methods };
  } else if (param) {
    if (node.param && node.param.name !== param)
      throw new Error(`Two names for one parameter: [${node.param.name}] and [${param}]`);
    node.param ??= { name: param, node: { children: new Map() } };
    insert(node.param.node, others, methods);
  } else {
    const child = node.children.get(segment) ?? { children: new Map() };
    node.children.set(segment, child);
    insert(child, others, methods);
  }
}

function find(node: Node, segments: string[], at: number, params: Params): Match | undefined {
  const segment = segments[at];
  if (segment === undefined) return node.methods && { methods: node.methods, params };
  const child = node.children.get(segment);
  const plain = child && find(child, segments, at + 1, params);
  if (plain) return plain;
  const value = decode(segment);
  if (value === undefined) return undefined;
  const one = node.param && find(node.param.node, segments, at + 1, { ...params, [node.param.name]: value });
  if (one) return one;
  const values = segments.slice(at).map(decode);
  return (
    node.rest && { methods: node.rest.methods, params: { ...params, [node.rest.name]: values.filter((v) => v !== undefined) } }
  );
}

function segmentsOf(path: string): string[] {
  return path.split("/").filter((segment) => segment !== "");
}

function decode(segment: string): string | undefined {
  try {
    return decodeURIComponent(segment);
  } catch {
    return undefined;
  }
}
