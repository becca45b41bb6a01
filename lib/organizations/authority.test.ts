import { and, eq } from "drizzle-orm";
import { beforeAll, beforeEach, describe, expect, it } from "vitest";
import type { Db } from "@/db/client";
import { apiTokens, links, memberships } from "@/db/schema/organizations";
import { useTestDatabase } from "@/db/testing";
import { makeOrganization } from "@/db/testing-data";
import { previewLink, redeemLink } from "@/lib/auth/redeem-link";
import { type Ctx, openDatabase } from "@/lib/ctx";
import { listAuditEntries } from "./audit-trail";
import { createInvitation, listInvitations, withdrawInvitation } from "./invitations";
import { createPasswordLink, listMembers, previewDelegations, removeMember, updateMember } from "./members";
import { ROLES } from "./permissions";
import { createApiToken, getApiToken, listApiTokens, revokeApiToken } from "./tokens";

useTestDatabase();

type Person = Awaited<ReturnType<Awaited<ReturnType<typeof makeOrganization>>["addMember"]>>;

let db: Db;
let org: Awaited<ReturnType<typeof makeOrganization>>;
let admin: Person;
let operator: Person;

beforeAll(async () => {
  db = await openDatabase();
});
beforeEach(async () => {
  org = await makeOrganization(db);
  admin = await org.addMember("admin");
  operator = await org.addMember("operator");
});

const page = { limit: 50 };
const tokenOf = (url: string) => new URL(url).searchParams.get("token") ?? "";
const freshEmail = () => `${crypto.randomUUID()}@example.com`;
const open = (url: string) => previewLink({ db, now: new Date() }, tokenOf(url));
const use = (url: string, name?: string) =>
  redeemLink(
    { db, ip: null, now: new Date(), request: new Request("http://localhost:3000/") },
    { token: tokenOf(url), name, password: "a long password" },
  );
const dead = { code: "not_found" };
const isLive = async (id: string) => (await db.select().from(apiTokens).where(eq(apiTokens.id, id)))[0]?.revokedAt === null;
const roleOf = async (userId: string) =>
  (
    await db
      .select()
      .from(memberships)
      .where(and(eq(memberships.organizationId, org.organizationId), eq(memberships.userId, userId)))
  )[0]?.role;
/** What a program that holds this token may do. */
const asToken = (id: string, scopes: string[]): Ctx => ({ ...org.ctx, actor: { type: "token", id, name: "Program" }, scopes });
/** A program with a token of its own. */
const program = async (scopes: string[]): Promise<Ctx> => {
  const { id } = await createApiToken(org.ctx, { name: "Program", scopes: scopes as never });
  return asToken(id, scopes);
};
const actions = async () => (await listAuditEntries(org.ctx, page)).data.map(({ action }) => action);

async function delegateEverything() {
  const token = await createApiToken(admin.ctx, { name: "Theirs", scopes: ["*"] });
  const program = asToken(token.id, ["*"]);
  const child = await createApiToken(program, { name: "Made by theirs", scopes: ["*"] });
  return {
    token,
    child,
    invitation: await createInvitation(admin.ctx, { email: freshEmail(), role: "admin" }),
    programs: await createInvitation(asToken(child.id, ["*"]), { email: freshEmail(), role: "viewer" }),
    password: await createPasswordLink(admin.ctx, operator.userId),
  };
}

describe("what a member delegated", () => {
  it("ends with their removal: tokens, tokens made by these, invitations and password links", async () => {
    const theirs = await delegateEverything();
    const mine = await createInvitation(org.ctx, { email: freshEmail(), role: "viewer" });
    await removeMember(org.ctx, admin.userId);
    expect([await isLive(theirs.token.id), await isLive(theirs.child.id)]).toEqual([false, false]);
    await expect(use(theirs.invitation.url, "Back again")).rejects.toMatchObject(dead);
    await expect(use(theirs.programs.url, "Back again")).rejects.toMatchObject(dead);
    await expect(use(theirs.password.url)).rejects.toMatchObject(dead);
    expect((await listInvitations(org.ctx, page)).data.map(({ id }) => id)).toEqual([mine.id]);
    expect(await actions()).toEqual(
      expect.arrayContaining(["member.removed", "token.revoked", "invitation.ended", "member.password_link_ended"]),
    );
  });

  it("is shown before, without changing anything", async () => {
    const theirs = await delegateEverything();
    await createApiToken(admin.ctx, { name: "Reads", scopes: ["messages:read"] });
    for (const role of [undefined, "viewer"] as const) {
      const shown = await previewDelegations(org.ctx, admin.userId, { role });
      const names = ["Made by theirs", ...(role ? [] : ["Reads"]), "Theirs"];
      expect(shown.tokens.map(({ name }) => name).sort()).toEqual(names);
      expect(shown.invitations.map(({ id }) => id).sort()).toEqual([theirs.invitation.id, theirs.programs.id].sort());
      expect(shown.passwordLinks).toMatchObject([{ member: { id: operator.userId, name: "Some operator" } }]);
    }
    expect(await roleOf(admin.userId)).toBe("admin");
    await open(theirs.invitation.url);
    expect(await isLive(theirs.token.id)).toBe(true);
    const elsewhere = await makeOrganization(db);
    await expect(previewDelegations(elsewhere.ctx, admin.userId, {})).rejects.toMatchObject(dead);
  });

  it("ends as far as a lower role does not cover it", async () => {
    const theirs = await delegateEverything();
    const reads = await createApiToken(admin.ctx, { name: "Reads", scopes: ["messages:read"] });
    await updateMember(org.ctx, admin.userId, { role: "viewer" });
    expect([await isLive(theirs.token.id), await isLive(theirs.child.id), await isLive(reads.id)]).toEqual([false, false, true]);
    await expect(open(theirs.invitation.url)).rejects.toMatchObject(dead);
    await expect(open(theirs.password.url)).rejects.toMatchObject(dead);
  });

  it("stays as far as the new role covers it: an owner who becomes an admin makes no owners any more", async () => {
    const second = await org.addMember("owner");
    const [owner, viewer] = [
      await createInvitation(second.ctx, { email: freshEmail(), role: "owner" }),
      await createInvitation(second.ctx, { email: freshEmail(), role: "viewer" }),
    ];
    const [forOwner, forAdmin] = [
      await createPasswordLink(second.ctx, org.userId),
      await createPasswordLink(second.ctx, admin.userId),
    ];
    expect(await previewDelegations(org.ctx, second.userId, { role: "admin" })).toMatchObject({
      tokens: [],
      invitations: [{ id: owner.id }],
      passwordLinks: [{ member: { id: org.userId } }],
    });
    await updateMember(org.ctx, second.userId, { role: "admin" });
    await expect(open(owner.url)).rejects.toMatchObject(dead);
    await expect(open(forOwner.url)).rejects.toMatchObject(dead);
    await open(viewer.url);
    await open(forAdmin.url);
  });

  it("may be kept: then it is the keeper's, and ends with the keeper", async () => {
    const second = await org.addMember("admin");
    const theirs = await delegateEverything();
    await removeMember(second.ctx, admin.userId, { tokens: "keep" });
    expect([await isLive(theirs.token.id), await isLive(theirs.child.id)]).toEqual([true, true]);
    expect((await listApiTokens(org.ctx, page)).data.find(({ id }) => id === theirs.token.id)?.createdBy).toEqual({
      id: second.userId,
      name: "Some admin",
    });
    expect(await actions()).toContain("token.kept");
    await expect(open(theirs.invitation.url)).rejects.toMatchObject(dead);
    await expect(open(theirs.programs.url)).rejects.toMatchObject(dead);
    await removeMember(org.ctx, second.userId);
    expect(await isLive(theirs.token.id)).toBe(false);
  });

  it("is kept only by someone who holds as much and stays", async () => {
    const token = await asFormerAdmin(() =>
      createApiToken({ ...operator.ctx, scopes: ["*"] }, { name: "Broad", scopes: ["tokens:*", "members:*"] }),
    );
    const narrow = await program([
      "members:*",
      "organization:read",
      "integrations:read",
      "templates:*",
      "contacts:*",
      "messages:*",
      "webhooks:read",
      "sandbox:*",
    ]);
    await expect(removeMember(narrow, operator.userId, { tokens: "keep" })).rejects.toMatchObject({ code: "forbidden" });
    expect([await isLive(token.id), await roleOf(operator.userId)]).toEqual([true, "operator"]);
    await createApiToken(admin.ctx, { name: "Mine", scopes: ["*"] });
    await expect(removeMember(admin.ctx, admin.userId, { tokens: "keep" })).rejects.toMatchObject({ code: "conflict" });
    await expect(updateMember(admin.ctx, admin.userId, { role: "viewer", tokens: "keep" })).rejects.toMatchObject({
      code: "conflict",
    });
    expect(await roleOf(admin.userId)).toBe("admin");
  });

  /** By an operator who was more then. */
  async function asFormerAdmin<T>(work: () => Promise<T>): Promise<T> {
    const be = (role: "admin" | "operator") =>
      db.update(memberships).set({ role }).where(eq(memberships.userId, operator.userId));
    await be("admin");
    const done = await work();
    await be("operator");
    return done;
  }
});

describe("a revoked token", () => {
  it("takes with it what was made with it, but not the token that asks", async () => {
    const first = await createApiToken(org.ctx, { name: "First", scopes: ["*"] });
    const [second, stray] = [
      await createApiToken(asToken(first.id, ["*"]), { name: "Its successor", scopes: ["*"] }),
      await createApiToken(asToken(first.id, ["*"]), { name: "Stray", scopes: ["*"] }),
    ];
    const { url } = await createInvitation(asToken(first.id, ["*"]), { email: freshEmail(), role: "viewer" });
    expect((await getApiToken(org.ctx, first.id)).tokens.map(({ name }) => name).sort()).toEqual(["Its successor", "Stray"]);
    await revokeApiToken(asToken(second.id, ["*"]), first.id);
    expect([await isLive(first.id), await isLive(second.id), await isLive(stray.id)]).toEqual([false, true, false]);
    await expect(open(url)).rejects.toMatchObject(dead);
  });

  it("is revoked by someone who holds as much, or by itself", async () => {
    const { id } = await createApiToken(org.ctx, { name: "Everything", scopes: ["*"] });
    await expect(revokeApiToken(await program(["tokens:*"]), id)).rejects.toMatchObject({ code: "forbidden" });
    expect(await isLive(id)).toBe(true);
    const own = await createApiToken(org.ctx, { name: "Narrow", scopes: ["tokens:*"] });
    await revokeApiToken(asToken(own.id, ["tokens:*"]), own.id);
    expect(await isLive(own.id)).toBe(false);
  });

  it("expires with its open links", async () => {
    const { id } = await createApiToken(org.ctx, { name: "For a day", scopes: ["*"], expiresInDays: 1 });
    const { url } = await createInvitation(asToken(id, ["*"]), { email: freshEmail(), role: "viewer" });
    await open(url);
    await db
      .update(apiTokens)
      .set({ expiresAt: new Date(Date.now() - 1) })
      .where(eq(apiTokens.id, id));
    await expect(open(url)).rejects.toMatchObject(dead);
  });
});

describe("a password link", () => {
  it("ends when its person rises above whoever made it", async () => {
    const { url } = await createPasswordLink(admin.ctx, operator.userId);
    await updateMember(org.ctx, operator.userId, { role: "owner" });
    await expect(use(url)).rejects.toMatchObject(dead);
  });

  it("stays when its maker still covers the new role", async () => {
    const { url } = await createPasswordLink(admin.ctx, operator.userId);
    await updateMember(org.ctx, operator.userId, { role: "admin" });
    await use(url);
  });

  it("ends when its person joins an organization in which its maker is nobody", async () => {
    const { url } = await createPasswordLink(admin.ctx, operator.userId);
    const elsewhere = await makeOrganization(db);
    const { url: invitation } = await createInvitation(elsewhere.ctx, { email: operator.email, role: "viewer" });
    const { headers } = await operator.signIn();
    const request = new Request("http://localhost:3000/", { headers });
    await redeemLink({ db, ip: null, now: new Date(), request }, { token: tokenOf(invitation) });
    await expect(use(url)).rejects.toMatchObject(dead);
    expect(await actions()).toContain("member.password_link_ended");
  });

  it("is asked again when it is used, however the authority was lost", async () => {
    const { url } = await createPasswordLink(admin.ctx, operator.userId);
    await db.delete(memberships).where(eq(memberships.userId, admin.userId));
    await expect(use(url)).rejects.toMatchObject(dead);
  });

  it("is not for oneself, nor by a token of one's own: whoever finds a browser open must not take the account", async () => {
    await expect(createPasswordLink(org.ctx, org.userId)).rejects.toMatchObject({ code: "conflict" });
    const { id } = await createApiToken(admin.ctx, { name: "Theirs", scopes: ["*"] });
    const child = await createApiToken(asToken(id, ["*"]), { name: "Its child", scopes: ["*"] });
    for (const token of [id, child.id])
      await expect(createPasswordLink(asToken(token, ["*"]), admin.userId)).rejects.toMatchObject({ code: "conflict" });
  });
});

describe("taking a role away", () => {
  const narrow = () => program(["members:*"]);
  const likeViewer = () =>
    program([
      "members:*",
      "organization:read",
      "integrations:read",
      "templates:read",
      "contacts:read",
      "messages:read",
      "sandbox:read",
    ]);

  it("needs as much as giving it", async () => {
    for (const role of ROLES) {
      const { userId } = await org.addMember(role);
      for (const ctx of [await narrow(), ...(role === "viewer" ? [] : [await likeViewer()])]) {
        await expect(removeMember(ctx, userId), role).rejects.toMatchObject({ code: "forbidden" });
        await expect(updateMember(ctx, userId, { role: "viewer" }), role).rejects.toMatchObject({ code: "forbidden" });
      }
      expect(await roleOf(userId)).toBe(role);
    }
    await removeMember(await likeViewer(), (await org.addMember("viewer")).userId);
  });

  it("needs it for invitations too, also when another takes their place", async () => {
    const email = freshEmail();
    const { id, url } = await createInvitation(org.ctx, { email, role: "admin" });
    await expect(withdrawInvitation(await likeViewer(), id)).rejects.toMatchObject({ code: "forbidden" });
    await expect(createInvitation(await likeViewer(), { email, role: "viewer" })).rejects.toMatchObject({ code: "forbidden" });
    await open(url);
  });
});

describe("authority that ends at the same moment", () => {
  const ROUNDS = 6;

  it("makes no token that outlives it", async () => {
    const made: Promise<unknown>[] = [];
    for (let round = 0; round < ROUNDS; round += 1) {
      const person = await org.addMember("admin");
      const { id } = await createApiToken(person.ctx, { name: "Parent", scopes: ["*"] });
      const ends =
        round % 2 === 0 ? removeMember(org.ctx, person.userId) : updateMember(org.ctx, person.userId, { role: "viewer" });
      for (const maker of [person.ctx, asToken(id, ["*"]), person.ctx])
        made.push(createApiToken(maker, { name: "At the last moment", scopes: ["*"] }).catch(() => undefined));
      await Promise.all([...made, ends]);
    }
    const left = (await listApiTokens(org.ctx, page)).data.filter(({ name }) => name === "At the last moment");
    expect(left).toEqual([]);
  });

  it("lets nobody in by a link of before", async () => {
    for (let round = 0; round < ROUNDS; round += 1) {
      const person = await org.addMember("admin");
      const invitation = await createInvitation(person.ctx, { email: freshEmail(), role: "admin" });
      const uses = use(invitation.url, "In time, or not").then(
        () => true,
        () => false,
      );
      const ends = [
        () => removeMember(org.ctx, person.userId),
        () => updateMember(org.ctx, person.userId, { role: "operator" }),
        () => withdrawInvitation(org.ctx, invitation.id),
      ][round % 3]?.();
      const hasEnded = await ends?.then(
        () => true,
        () => false,
      );
      const isIn = await uses;
      // Used first, it was a good link; a withdrawal that comes later says that there is nothing to withdraw.
      const [used] = await db.select().from(links).where(eq(links.id, invitation.id));
      expect(isIn, `round ${round}`).toBe(used?.usedAt !== null);
      if (round % 3 === 2) expect(isIn, `round ${round}`).toBe(!hasEnded);
    }
  });
});

it("writes nothing down when a role stays what it was", async () => {
  await updateMember(org.ctx, operator.userId, { role: "operator" });
  expect(await actions()).toEqual([]);
});

it("lets nobody change a role that somebody else has changed since it was read", async () => {
  const { data } = await listMembers(org.ctx, page);
  const seen = data.find(({ id }) => id === operator.userId)?.updatedAt;
  const first = await updateMember(admin.ctx, operator.userId, { role: "viewer", updatedAt: seen });
  await expect(updateMember(org.ctx, operator.userId, { role: "admin", updatedAt: seen })).rejects.toMatchObject({
    code: "conflict",
    details: { current: { id: operator.userId, role: "viewer", updatedAt: first.updatedAt } },
  });
  expect(await roleOf(operator.userId)).toBe("viewer");
  await updateMember(org.ctx, operator.userId, { role: "admin", updatedAt: first.updatedAt });
  expect(await roleOf(operator.userId)).toBe("admin");
});
