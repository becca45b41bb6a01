import type { RouteHandler } from "@/lib/api/route";

type Ask = { token: string; id?: string; query?: string; body?: unknown; headers?: Record<string, string> };

/** Calls a route as the bearer of a token. `query` begins with `?` and is sent as written. */
export async function ask(handler: RouteHandler, { token, id, query = "", body, headers = {} }: Ask) {
  const request = new Request(`http://localhost/api/v1/x${query}`, {
    method: body === undefined ? "GET" : "POST",
    headers: {
      authorization: `Bearer ${token}`,
      ...(body === undefined ? {} : { "content-type": "application/json" }),
      ...headers,
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  const params: Record<string, string> = id === undefined ? {} : { id };
  const response = await handler(request, { params: Promise.resolve(params) });
  return { status: response.status, body: response.status === 204 ? undefined : await response.json() };
}
