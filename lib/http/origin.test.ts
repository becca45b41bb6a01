import { beforeAll, describe, expect, it } from "vitest";
import { POST as redeem } from "@/app/api/v1/links/route";
import { POST as setUp } from "@/app/api/v1/setup/route";
import type { Db } from "@/db/client";
import { useTestDatabase } from "@/db/testing";
import { makeOrganization } from "@/db/testing-data";
import { answerAuth } from "@/lib/auth/answer";
import { openDatabase } from "@/lib/ctx";
import { createInvitation } from "@/lib/organizations/invitations";
import { listMembers } from "@/lib/organizations/members";

useTestDatabase();

let db: Db;
beforeAll(async () => {
  db = await openDatabase();
});

const URL_OF = { links: "http://localhost:3000/api/v1/links", setup: "http://localhost:3000/api/v1/setup" };
const context = { params: Promise.resolve({}) };
const JSON_TYPE = { "content-type": "application/json" };
const ELSEWHERE: Record<string, string>[] = [
  { origin: "http://evil.example", "sec-fetch-site": "cross-site" },
  { origin: "http://console.localhost:3000", "sec-fetch-site": "same-site" },
  { origin: "http://evil.example" },
  { origin: "null" },
];

describe("a page of another site", () => {
  it("cannot accept an invitation with a person's session, nor without", async () => {
    const [victim, attacker] = [await makeOrganization(db), await makeOrganization(db)];
    const { url } = await createInvitation(attacker.ctx, { email: victim.email, role: "viewer" });
    const body = JSON.stringify({ token: new URL(url).searchParams.get("token") });
    const { cookie } = (await victim.signIn()).headers;
    const post = async (headers: Record<string, string>) =>
      (
        await redeem(
          new Request(URL_OF.links, { method: "POST", body, headers: { host: "localhost:3000", ...headers } }),
          context,
        )
      ).status;
    for (const from of [...ELSEWHERE, {}]) expect(await post({ cookie, ...JSON_TYPE, ...from })).toBe(403);
    for (const from of ELSEWHERE) expect(await post({ ...JSON_TYPE, ...from })).toBe(403);
    expect((await listMembers(attacker.ctx, { limit: 10 })).data).toHaveLength(1);
    expect(await post({ cookie, ...JSON_TYPE, "sec-fetch-site": "same-origin" })).toBe(200);
  });

  it("cannot set the installation up; a program, which names no origin, is asked for its token", async () => {
    const post = async (headers: Record<string, string>) =>
      (await setUp(new Request(URL_OF.setup, { method: "POST", body: "{}", headers: { ...JSON_TYPE, ...headers } }), context))
        .status;
    for (const from of ELSEWHERE) expect(await post(from)).toBe(403);
    expect(await post({})).toBe(400);
  });

  it("cannot sign anybody in or out", async () => {
    for (const path of ["callback/credentials", "signin/oidc", "signout"]) {
      const request = (from: Record<string, string>) =>
        new Request(`http://localhost:3000/api/auth/${path}`, {
          method: "POST",
          body: "csrfToken=x",
          headers: { host: "localhost:3000", "content-type": "application/x-www-form-urlencoded", ...from },
        });
      for (const from of ELSEWHERE) {
        const answer = await answerAuth(request(from));
        expect(answer.status, path).toBe(403);
      }
    }
  });
});

it("a body must say that it is JSON", async () => {
  const post = async (headers: Record<string, string>) =>
    (await setUp(new Request(URL_OF.setup, { method: "POST", body: new TextEncoder().encode("{}"), headers }), context)).status;
  expect(await post({})).toBe(415);
  expect(await post({ "content-type": "text/plain" })).toBe(415);
  expect(await post(JSON_TYPE)).toBe(400);
});
