import { expect, test } from "vitest";
import { createApiRouter } from "./api-router";

const echo = async (_request: Request, { params }: { params: Promise<unknown> }) => Response.json(await params);
const answer = createApiRouter([
  { path: "/api/v1/contacts", handlers: { GET: echo, POST: echo } },
  { path: "/api/v1/contacts/[id]", handlers: { GET: echo, DELETE: echo } },
  { path: "/api/v1/contacts/import", handlers: { GET: () => Response.json("import") } },
  { path: "/api/v1/contacts/[id]/consents", handlers: { GET: echo } },
  { path: "/api/graph/[...path]", handlers: { GET: echo } },
  { path: "/api/broken", handlers: { GET: () => Promise.reject(new Error("secret detail")) } },
]);

const call = (method: string, path: string) => answer(path, new Request(`http://localhost${path}`, { method }));

test.each([
  ["/api/v1/contacts", {}],
  ["/api/v1/contacts/", {}],
  ["/api/v1/contacts/c_1", { id: "c_1" }],
  ["/api/v1/contacts/a%2Fb", { id: "a/b" }],
  ["/api/v1/contacts/import", "import"],
  ["/api/v1/contacts/import/consents", { id: "import" }],
  ["/api/graph/v25.0/123/messages", { path: ["v25.0", "123", "messages"] }],
])("%s finds its route", async (path, expected) => {
  const response = await call("GET", path);
  expect(await response.json()).toEqual(expected);
});

test.each(["/api/v1/nothing", "/api/v1/contacts/1/2", "/api/graph", "/api/v1/contacts/%E0%A4%A", "/api/v1"])(
  "%s is not found",
  async (path) => {
    const response = await call("GET", path);
    expect(response.status).toBe(404);
    expect(await response.json()).toEqual({
      error: "not_found",
      message: "Not found",
      requestId: expect.stringMatching(/^req_/),
    });
  },
);

test("a known path says which methods it has", async () => {
  const response = await call("PUT", "/api/v1/contacts/c_1");
  expect(response.status).toBe(405);
  expect(response.headers.get("allow")).toBe("GET, HEAD, DELETE");
  expect(await response.json()).toMatchObject({ error: "method_not_allowed" });
  expect((await call("OPTIONS", "/api/v1/contacts")).status).toBe(204);
  expect((await call("HEAD", "/api/v1/contacts")).status).toBe(200);
});

test("a handler that throws answers without its text", async () => {
  const response = await call("GET", "/api/broken");
  expect(response.status).toBe(500);
  expect(await response.text()).not.toContain("secret detail");
});

test("two names for the same parameter are refused", () => {
  const twice = ["/api/a/[id]/x", "/api/a/[key]/y"].map((path) => ({ path, handlers: { GET: echo } }));
  expect(() => createApiRouter(twice)).toThrow("[id] and [key]");
});
