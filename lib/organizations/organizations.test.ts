import { and, eq } from "drizzle-orm";
import { beforeAll, beforeEach, describe, expect, it } from "vitest";
import type { Db } from "@/db/client";
import { apiTokens, links, memberships, organizations, users } from "@/db/schema/organizations";
import { useTestDatabase } from "@/db/testing";
import { makeOrganization } from "@/db/testing-data";
import { audit } from "@/lib/audit";
import { previewLink, redeemLink } from "@/lib/auth/redeem-link";
import { createResetLink } from "@/lib/auth/reset-link";
import { signInWithPassword } from "@/lib/auth/sign-in";
import { createContact } from "@/lib/contacts/contacts";
import { type Ctx, openDatabase } from "@/lib/ctx";
import { resetEnv } from "@/lib/env";
import { listAuditEntries } from "./audit-trail";
import { createInvitation, listInvitations, withdrawInvitation } from "./invitations";
import { createPasswordLink, listMembers, removeMember, updateMember } from "./members";
import { createOrganization, getOrganization, updateOrganization } from "./organizations";
import { DEFAULT_SETTINGS } from "./schema";
import { createApiToken, listApiTokens, revokeApiToken } from "./tokens";

useTestDatabase();

let db: Db;
let org: Awaited<ReturnType<typeof makeOrganization>>;

beforeAll(async () => {
  db = await openDatabase();
});
beforeEach(async () => {
  org = await makeOrganization(db);
});

const page = { limit: 50 };
const tokenOf = (url: string) => new URL(url).searchParams.get("token") ?? "";
const stranger = (now = new Date(), headers: Record<string, string> = {}) => ({
  db,
  ip: null,
  now,
  request: new Request("http://localhost:3000/", { headers }),
});
const daysLater = (days: number) => new Date(Date.now() + days * 86_400_000);
/** What a program with a token of its own may do. */
const asToken = async (scopes: string[], maker = org.ctx): Promise<Ctx> => {
  const { id } = await createApiToken(maker, { name: "Program", scopes: scopes as never });
  return { ...org.ctx, actor: { type: "token", id, name: "Program" }, scopes };
};
const freshEmail = () => `${crypto.randomUUID()}@example.com`;
const roleOf = async (userId: string) =>
  (
    await db
      .select()
      .from(memberships)
      .where(and(eq(memberships.organizationId, org.organizationId), eq(memberships.userId, userId)))
  )[0]?.role;
const actions = async () => (await listAuditEntries(org.ctx, page)).data.map((entry) => entry.action);

describe("the organization", () => {
  it("changes what is given, keeps the rest and writes it down", async () => {
    const changed = await updateOrganization(org.ctx, { name: "Çiçekçi", timeZone: "Europe/Berlin" });
    expect(changed).toMatchObject({
      name: "Çiçekçi",
      timeZone: "Europe/Berlin",
      country: "TR",
      businessHours: DEFAULT_SETTINGS.businessHours,
    });
    expect(await getOrganization(org.ctx)).toEqual(changed);
    expect((await listAuditEntries(org.ctx, page)).data).toMatchObject([
      {
        action: "organization.updated",
        details: { changes: { name: { to: "Çiçekçi" }, timeZone: { from: "Europe/Istanbul", to: "Europe/Berlin" } } },
        actor: { id: org.userId },
      },
    ]);
  });

  it("names in its trail what an entry is about, as it is called today, and nothing of elsewhere", async () => {
    const member = await org.addMember("viewer");
    await updateMember(org.ctx, member.userId, { role: "operator" });
    await createApiToken(org.ctx, { name: "Shop backend", scopes: ["*"] });
    await createInvitation(org.ctx, { email: "new@example.com", role: "viewer" });
    await createContact(org.ctx, { phoneNumber: "+905550107302" });
    const elsewhere = await makeOrganization(db);
    const foreign = await createApiToken(elsewhere.ctx, { name: "Theirs", scopes: ["*"] });
    await audit(org.ctx, "token.revoked", { type: "token", id: foreign.id });
    expect((await listAuditEntries(org.ctx, page)).data.map(({ target }) => [target.type, target.name])).toEqual([
      ["token", null],
      ["contact", "+90 555 010 73 02"],
      ["invitation", "new@example.com"],
      ["token", "Shop backend"],
      ["user", "Some viewer"],
    ]);
  });

  it("finds what was done with one thing or several by its noun", async () => {
    const { ctx } = await makeOrganization(db);
    const message = { type: "message", id: "msg_1" };
    await audit(ctx, "message.cancelled", message);
    await audit(ctx, "messages.cancelled", message);
    await audit(ctx, "media.uploaded", { type: "media", id: "med_1" });
    const found = async (action: string) => (await listAuditEntries(ctx, { limit: 9, action })).data.map((one) => one.action);
    expect(await found("message")).toEqual(["messages.cancelled", "message.cancelled"]);
    expect(await found("message.cancelled")).toEqual(["message.cancelled"]);
    expect(await found("m")).toEqual([]);
  });

  it("writes down what changed and only that; a save that changes nothing is no entry", async () => {
    const { businessHours, languages } = await getOrganization(org.ctx);
    await updateOrganization(org.ctx, { country: "TR", languages, businessHours });
    expect(await actions()).toEqual([]);
    await updateOrganization(org.ctx, { country: "DE", languages, businessHours });
    expect((await listAuditEntries(org.ctx, page)).data.map(({ details }) => details)).toEqual([
      { changes: { country: { from: "TR", to: "DE" } } },
    ]);
  });

  it("keeps both of two changes at the same time", async () => {
    await Promise.all([updateOrganization(org.ctx, { country: "DE" }), updateOrganization(org.ctx, { languages: ["de"] })]);
    expect(await getOrganization(org.ctx)).toMatchObject({ country: "DE", languages: ["de"] });
  });

  it("can be founded by an owner of the installation's first one, who owns it, and not by others or a token", async () => {
    const [first] = await db.select().from(organizations).orderBy(organizations.id).limit(1);
    const founder = { organizationId: first?.id ?? "", userId: org.userId };
    await db.insert(memberships).values({ ...founder, role: "owner" });
    const { id } = await createOrganization(org.ctx, { name: "Second" });
    expect((await listMembers({ ...org.ctx, organizationId: id }, page)).data).toMatchObject([{ id: org.userId, role: "owner" }]);
    await expect(createOrganization(await asToken(["*"]), { name: "Third" })).rejects.toMatchObject({ code: "forbidden" });

    await db
      .update(memberships)
      .set({ role: "admin" })
      .where(and(eq(memberships.organizationId, founder.organizationId), eq(memberships.userId, org.userId)));
    await expect(createOrganization(org.ctx, { name: "Fourth" })).rejects.toMatchObject({ code: "forbidden" });
    const viewer = await org.addMember("viewer");
    await expect(createOrganization(viewer.ctx, { name: "Fifth" })).rejects.toMatchObject({ code: "forbidden" });
  });

  it("can be founded by everybody where the installation says so", async () => {
    process.env.ORGANIZATION_FOUNDERS = "everybody";
    resetEnv();
    try {
      const viewer = await org.addMember("viewer");
      await createOrganization(viewer.ctx, { name: "A viewer's own" });
    } finally {
      delete process.env.ORGANIZATION_FOUNDERS;
      resetEnv();
    }
  });
});

describe("members", () => {
  it("get other roles, and leave", async () => {
    const member = await org.addMember("viewer");
    expect(await updateMember(org.ctx, member.userId, { role: "operator" })).toMatchObject({
      id: member.userId,
      role: "operator",
    });
    await removeMember(org.ctx, member.userId);
    expect(await roleOf(member.userId)).toBeUndefined();
    expect((await actions()).sort()).toEqual(["member.removed", "member.role_changed"]);
  });

  it("always have an owner, also when two owners unmake each other at once", async () => {
    await expect(updateMember(org.ctx, org.userId, { role: "admin" })).rejects.toMatchObject({ code: "conflict" });
    await expect(removeMember(org.ctx, org.userId)).rejects.toMatchObject({ code: "conflict" });
    const second = await org.addMember("owner");
    await Promise.allSettled([removeMember(org.ctx, second.userId), removeMember(second.ctx, org.userId)]);
    expect([await roleOf(org.userId), await roleOf(second.userId)].filter((role) => role === "owner")).toHaveLength(1);
  });

  it("become and cease to be owners only by an owner's hand", async () => {
    const [admin, viewer] = [await org.addMember("admin"), await org.addMember("viewer")];
    await org.addMember("owner");
    for (const ctx of [admin.ctx, await asToken(["*"])]) {
      await expect(updateMember(ctx, viewer.userId, { role: "owner" })).rejects.toMatchObject({ code: "forbidden" });
      await expect(updateMember(ctx, org.userId, { role: "viewer" })).rejects.toMatchObject({ code: "forbidden" });
      await expect(removeMember(ctx, org.userId)).rejects.toMatchObject({ code: "forbidden" });
      await expect(createInvitation(ctx, { email: freshEmail(), role: "owner" })).rejects.toMatchObject({ code: "forbidden" });
    }
    await updateMember(org.ctx, viewer.userId, { role: "owner" });
    expect(await roleOf(viewer.userId)).toBe("owner");
  });

  it("get no role that may do more than its giver", async () => {
    const viewer = await org.addMember("viewer");
    const narrow = await asToken(["members:*"]);
    await expect(updateMember(narrow, viewer.userId, { role: "admin" })).rejects.toMatchObject({ code: "forbidden" });
    await expect(createInvitation(narrow, { email: freshEmail(), role: "operator" })).rejects.toMatchObject({
      code: "forbidden",
    });
  });

  it("are listed page by page", async () => {
    for (let i = 0; i < 4; i++) await org.addMember("viewer");
    const first = await listMembers(org.ctx, { limit: 3 });
    const rest = await listMembers(org.ctx, { limit: 3, cursor: first.nextCursor ?? "" });
    expect([first.data.length, rest.data.length, rest.nextCursor]).toEqual([3, 2, null]);
    expect(new Set([...first.data, ...rest.data].map((member) => member.id)).size).toBe(5);
  });
});

describe("an invitation", () => {
  it("makes a new person a member, once", async () => {
    const email = freshEmail();
    const { url } = await createInvitation(org.ctx, { email, role: "operator" });
    expect(await previewLink(stranger(), tokenOf(url))).toMatchObject({
      kind: "invitation",
      email,
      role: "operator",
    });
    await redeemLink(stranger(), { token: tokenOf(url), name: "Yeni Kişi", password: "a long password" });
    expect(
      await signInWithPassword(
        db,
        { email, password: "a long password" },
        { ip: null, userAgent: null, cookies: null, now: new Date() },
      ),
    ).not.toBeNull();
    expect((await listMembers(org.ctx, page)).data).toContainEqual(
      expect.objectContaining({ email, name: "Yeni Kişi", role: "operator" }),
    );
    await expect(
      redeemLink(stranger(), { token: tokenOf(url), name: "Again", password: "a long password" }),
    ).rejects.toMatchObject({ code: "not_found" });
  });

  it("is used by one of two at the same time", async () => {
    const { url } = await createInvitation(org.ctx, { email: freshEmail(), role: "viewer" });
    const results = await Promise.allSettled(
      [1, 2].map((i) => redeemLink(stranger(), { token: tokenOf(url), name: `No ${i}`, password: "a long password" })),
    );
    expect(results.map((result) => result.status).sort()).toEqual(["fulfilled", "rejected"]);
  });

  it("asks a new person for name and password", async () => {
    const { url } = await createInvitation(org.ctx, { email: freshEmail(), role: "viewer" });
    await expect(redeemLink(stranger(), { token: tokenOf(url) })).rejects.toMatchObject({ code: "unauthorized" });
    await expect(redeemLink(stranger(), { token: tokenOf(url), name: "X" })).rejects.toMatchObject({
      details: [{ path: "password" }],
    });
  });

  it("never changes the password of a known person, who proves it or is signed in", async () => {
    const known = await makeOrganization(db);
    const hashOf = async () => (await db.select().from(users).where(eq(users.id, known.userId)))[0]?.passwordHash;
    const before = await hashOf();
    const { url } = await createInvitation(org.ctx, { email: known.email, role: "admin" });
    const token = tokenOf(url);
    await expect(redeemLink(stranger(), { token, password: "not the password" })).rejects.toMatchObject({ code: "unauthorized" });
    await expect(redeemLink(stranger(), { token })).rejects.toMatchObject({ code: "unauthorized" });
    await expect(redeemLink(stranger(new Date(), (await org.signIn()).headers), { token })).rejects.toMatchObject({
      code: "unauthorized",
    });
    await redeemLink(stranger(new Date(), (await known.signIn()).headers), { token });
    expect(await roleOf(known.userId)).toBe("admin");
    expect(await hashOf()).toBe(before);

    await removeMember(org.ctx, known.userId);
    const again = await createInvitation(org.ctx, { email: known.email, role: "viewer" });
    await redeemLink(stranger(), { token: tokenOf(again.url), password: known.password });
    expect(await roleOf(known.userId)).toBe("viewer");
  });

  it("dies after seven days, when it is withdrawn, and when a newer one goes out", async () => {
    const invite = () => createInvitation(org.ctx, { email: "someone@example.com", role: "viewer" });
    const refused = (url: string, now?: Date) =>
      expect(previewLink(stranger(now), tokenOf(url))).rejects.toMatchObject({ code: "not_found" });
    const first = await invite();
    const second = await invite();
    await refused(first.url);
    await refused(second.url, daysLater(7.01));
    await withdrawInvitation(org.ctx, second.id);
    await refused(second.url);
    await expect(withdrawInvitation(org.ctx, second.id)).rejects.toMatchObject({ code: "not_found" });
    expect((await listInvitations(org.ctx, page)).data).toEqual([]);
  });

  it("is refused for a member", async () => {
    await expect(createInvitation(org.ctx, { email: org.email, role: "viewer" })).rejects.toMatchObject({ code: "conflict" });
  });

  it("is stored without its token", async () => {
    const { url, id } = await createInvitation(org.ctx, { email: freshEmail(), role: "viewer" });
    expect(JSON.stringify(await db.select().from(links).where(eq(links.id, id)))).not.toContain(tokenOf(url));
  });
});

describe("a password link", () => {
  const signIn = (email: string, password: string) =>
    signInWithPassword(db, { email, password }, { ip: null, userAgent: null, cookies: null, now: new Date() });

  it("sets the password once, ends all sessions and makes other links worthless", async () => {
    const member = await org.addMember("operator");
    const { headers } = await member.signIn();
    const [{ url }, other] = [await createPasswordLink(org.ctx, member.userId), await createPasswordLink(org.ctx, member.userId)];
    await redeemLink(stranger(), { token: tokenOf(url), password: "fresh and long" });
    await expect(
      redeemLink(stranger(new Date(), headers), { token: tokenOf(other.url), password: "once more, long" }),
    ).rejects.toMatchObject({ code: "not_found" });
    expect(await signIn(member.email, member.password)).toBeNull();
    expect(await signIn(member.email, "fresh and long")).not.toBeNull();
    expect(await actions()).toContain("password.reset");
  });

  it("lets a person in again who was locked out by too many attempts", async () => {
    for (let i = 0; i < 10; i++) await signIn(org.email, "wrong");
    await expect(signIn(org.email, org.password)).rejects.toMatchObject({ code: "too_many_attempts" });
    const { url } = await createResetLink(db, org.email, new Date());
    await redeemLink(stranger(), { token: tokenOf(url), password: "fresh and long" });
    expect(await signIn(org.email, "fresh and long")).not.toBeNull();
  });

  it("dies after a day", async () => {
    const member = await org.addMember("operator");
    const { url } = await createPasswordLink(org.ctx, member.userId);
    await expect(previewLink(stranger(daysLater(1.01)), tokenOf(url))).rejects.toMatchObject({ code: "not_found" });
  });

  it("is no way up: not to an owner, not into another organization", async () => {
    const admin = await org.addMember("admin");
    for (const ctx of [admin.ctx, await asToken(["*"], admin.ctx)])
      await expect(createPasswordLink(ctx, org.userId)).rejects.toMatchObject({ code: "forbidden" });
    await expect(createPasswordLink(await asToken(["members:*"]), admin.userId)).rejects.toMatchObject({ code: "forbidden" });
    const elsewhere = await makeOrganization(db);
    await db.insert(memberships).values({ organizationId: org.organizationId, userId: elsewhere.userId, role: "viewer" });
    for (const ctx of [org.ctx, await asToken(["*"])])
      await expect(createPasswordLink(ctx, elsewhere.userId)).rejects.toMatchObject({ code: "forbidden" });
    await expect(createPasswordLink(org.ctx, (await makeOrganization(db)).userId)).rejects.toMatchObject({ code: "not_found" });
  });

  it("can be made on the server for anybody, even the only owner", async () => {
    const { url } = await createResetLink(db, org.email.toUpperCase(), new Date());
    await redeemLink(stranger(), { token: tokenOf(url), password: "fresh and long" });
    expect(await signIn(org.email, "fresh and long")).not.toBeNull();
    await expect(createResetLink(db, "nobody@example.com", new Date())).rejects.toMatchObject({ code: "not_found" });
  });
});

describe("API tokens", () => {
  it("are shown once, stored as a hash, and end when revoked", async () => {
    const { token, id } = await createApiToken(org.ctx, {
      name: "Shop",
      scopes: ["messages:*", "messages:*"],
      expiresInDays: 30,
    });
    expect(token).toMatch(/^dese_[\w-]{43}$/);
    expect(JSON.stringify(await db.select().from(apiTokens).where(eq(apiTokens.id, id)))).not.toContain(token);
    const listed = (await listApiTokens(org.ctx, page)).data.find((one) => one.id === id);
    expect(listed).toMatchObject({ name: "Shop", scopes: ["messages:*"], hint: token.slice(0, 10) });
    expect(JSON.stringify(listed)).not.toContain(token);
    await revokeApiToken(org.ctx, id);
    expect((await listApiTokens(org.ctx, page)).data.map((one) => one.id)).not.toContain(id);
    await expect(revokeApiToken(org.ctx, id)).rejects.toMatchObject({ code: "not_found" });
    expect((await actions()).sort()).toEqual(["token.created", "token.revoked"]);
  });

  it("cannot hold more than their maker", async () => {
    for (const scopes of [["*"], ["tokens:*", "contacts:read"], ["messages:*"]]) {
      await expect(createApiToken(await asToken(["tokens:*", "messages:read"]), { name: "More", scopes })).rejects.toMatchObject({
        code: "forbidden",
      });
    }
    await createApiToken(await asToken(["tokens:*", "messages:read"]), { name: "Less", scopes: ["messages:read"] });
  });
});

describe("the audit trail", () => {
  it("is filtered by action, noun, actor and time, and read page by page", async () => {
    const admin = await org.addMember("admin");
    await createApiToken(org.ctx, { name: "A", scopes: ["*"] });
    await createApiToken(admin.ctx, { name: "B", scopes: ["*"] });
    await updateOrganization({ ...org.ctx, now: daysLater(2) }, { country: "DE" });
    const list = async (query: object) =>
      (await listAuditEntries(org.ctx, { ...page, ...query })).data.map((entry) => entry.action);
    expect(await list({ action: "token" })).toEqual(["token.created", "token.created"]);
    expect(await list({ action: "token.created", actor: admin.userId })).toEqual(["token.created"]);
    expect(await list({ action: "tok%" })).toEqual([]);
    expect(await list({ from: daysLater(1).toISOString() })).toEqual(["organization.updated"]);
    expect(await list({ to: daysLater(1).toISOString() })).toEqual(["token.created", "token.created"]);
    const first = await listAuditEntries(org.ctx, { limit: 2 });
    const rest = await listAuditEntries(org.ctx, { limit: 2, cursor: first.nextCursor ?? "" });
    expect([first.data.length, rest.data.length, rest.nextCursor]).toEqual([2, 1, null]);
  });
});
