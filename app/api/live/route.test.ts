import { beforeAll, expect, it, vi } from "vitest";
import type { Db } from "@/db/client";
import { useTestDatabase } from "@/db/testing";
import { makeOrganization } from "@/db/testing-data";
import { signOut } from "@/lib/auth/sign-in";
import { openDatabase } from "@/lib/ctx";
import { announce } from "@/lib/live";
import { createApiToken } from "@/lib/organizations/tokens";
import { GET as health } from "../health/route";
import { GET } from "./route";

useTestDatabase();

let db: Db;
let org: Awaited<ReturnType<typeof makeOrganization>>;

beforeAll(async () => {
  db = await openDatabase();
  org = await makeOrganization(db);
});

function listen(headers: Record<string, string>) {
  const abort = new AbortController();
  return { abort, answer: GET(new Request("http://localhost:3000/api/live", { headers, signal: abort.signal })) };
}

it("refuses strangers", async () => {
  expect((await listen({}).answer).status).toBe(401);
});

it("tells a browser what changed in its organization, and nothing of others", async () => {
  const other = await makeOrganization(db);
  const { abort, answer } = listen((await org.signIn()).headers);
  const response = await answer;
  expect(response.headers.get("content-type")).toMatch("text/event-stream");
  const reader = response.body?.pipeThrough(new TextDecoderStream()).getReader();
  expect((await reader?.read())?.value).toContain("retry:");
  await announce(db, other.organizationId, ["contacts"]);
  await announce(db, org.organizationId, ["messages"]);
  await announce(db, org.organizationId, ["templates", "messages"]);
  expect((await reader?.read())?.value).toBe('data: {"topics":["messages","templates"]}\n\n');
  abort.abort();
  expect((await reader?.read())?.done).toBe(true);
});

it("tells a token only of what it may read", async () => {
  const { token } = await createApiToken(org.ctx, { name: "Templates only", scopes: ["templates:read"] });
  const { abort, answer } = listen({ authorization: `Bearer ${token}` });
  const reader = (await answer).body?.pipeThrough(new TextDecoderStream()).getReader();
  await reader?.read();
  await announce(db, org.organizationId, ["contacts", "messages", "organization"]);
  await announce(db, org.organizationId, ["contacts", "templates"]);
  expect((await reader?.read())?.value).toBe('data: {"topics":["templates"]}\n\n');
  abort.abort();
});

it("ends within twenty seconds when the session does", async () => {
  vi.useFakeTimers({ toFake: ["setInterval"] });
  try {
    const { headers, sessionId } = await org.signIn();
    const reader = (await listen(headers).answer).body?.pipeThrough(new TextDecoderStream()).getReader();
    await reader?.read();
    vi.advanceTimersByTime(20_000);
    expect((await reader?.read())?.value).toBe(": still here\n\n");
    await signOut(db, sessionId, new Date());
    vi.advanceTimersByTime(20_000);
    expect((await reader?.read())?.done).toBe(true);
  } finally {
    vi.useRealTimers();
  }
});

it("lets go when the browser does", async () => {
  const { answer } = listen((await org.signIn()).headers);
  const body = (await answer).body;
  await body?.cancel();
  await announce(db, org.organizationId, ["messages"]);
});

it("says that the service is healthy", async () => {
  const response = await health(new Request("http://localhost:3000/api/health"));
  expect([response.status, await response.json()]).toMatchObject([200, { status: "ok", database: { status: "ok" } }]);
});
