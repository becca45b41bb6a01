import { eq } from "drizzle-orm";
import { afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import type { Db } from "@/db/client";
import { apiTokens, memberships, users } from "@/db/schema/organizations";
import { useTestDatabase } from "@/db/testing";
import { makeOrganization } from "@/db/testing-data";
import { previewLink, redeemLink } from "@/lib/auth/redeem-link";
import { type Ctx, openDatabase } from "@/lib/ctx";
import { resetEnv } from "@/lib/env";
import { listAuditEntries } from "@/lib/organizations/audit-trail";
import { createInvitation } from "@/lib/organizations/invitations";
import { createPasswordLink, listMembers, removeMember } from "@/lib/organizations/members";
import { createApiToken } from "@/lib/organizations/tokens";
import { encodeSessionCookie, sessionCookieName } from "./cookie";
import { openSession, sessionFromRequest } from "./session";
import { signInWithOidc, signInWithPassword } from "./sign-in";

useTestDatabase();

type Organization = Awaited<ReturnType<typeof makeOrganization>>;

let db: Db;
/** The victim's employer, and an organization of somebody who wants to be them. */
let ours: Organization;
let mallory: Organization;
let victim: string;

beforeAll(async () => {
  db = await openDatabase();
});
beforeEach(async () => {
  ours = await makeOrganization(db);
  mallory = await makeOrganization(db);
  victim = `${crypto.randomUUID()}@corp.example`;
});
afterEach(() => {
  for (const name of ["OIDC_ISSUER", "OIDC_CLIENT_ID", "OIDC_CLIENT_SECRET"]) delete process.env[name];
  resetEnv();
});

const page = { limit: 50 };
const visit = () => ({ ip: null, userAgent: null, cookies: null, now: new Date() });
const tokenOf = (url: string) => new URL(url).searchParams.get("token") ?? "";
const stranger = (headers: Record<string, string> = {}) => ({
  db,
  ip: null,
  now: new Date(),
  request: new Request("http://localhost:3000/", { headers }),
});
const userOf = async (email: string) => (await db.select().from(users).where(eq(users.email, email)))[0];
const bySso = (email = victim, sessionUserId: string | null = null) =>
  signInWithOidc(
    db,
    { subject: `https://id.example ${email}`, email, isEmailVerified: true, name: "The real one" },
    visit(),
    sessionUserId,
  );
const byPassword = (password: string) => signInWithPassword(db, { email: victim, password }, visit());
const actionsOf = async (ctx: Ctx) => (await listAuditEntries(ctx, page)).data.map(({ action }) => action);

/** Mallory registers the victim's address beforehand, by an invitation into her own organization. */
async function hijack(): Promise<{ userId: string; ctx: Ctx }> {
  const { url } = await createInvitation(mallory.ctx, { email: victim, role: "admin" });
  await redeemLink(stranger(), { token: tokenOf(url), name: "Mallory", password: "mallory's password" });
  const user = await userOf(victim);
  const userId = user?.id ?? "";
  return { userId, ctx: { ...mallory.ctx, actor: { type: "user", id: userId, name: "Mallory" } } };
}

describe("an address that nobody proved", () => {
  it("goes to whom the provider vouches for: password, sessions, links and tokens of before end, and the audit says so", async () => {
    const { userId, ctx } = await hijack();
    await byPassword("mallory's password");
    const password = await createPasswordLink(mallory.ctx, userId);
    const token = await createApiToken(ctx, { name: "Left behind", scopes: ["*"] });
    const invitation = await createInvitation(ctx, { email: `${crypto.randomUUID()}@x.example`, role: "viewer" });
    await createInvitation(ours.ctx, { email: victim, role: "admin" });

    const real = await bySso();
    expect(real?.user).toMatchObject({ id: userId, name: "The real one", passwordHash: null });
    expect(await byPassword("mallory's password")).toBeNull();
    for (const { url } of [password, invitation]) {
      await expect(previewLink({ db, now: new Date() }, tokenOf(url))).rejects.toMatchObject({ code: "not_found" });
    }
    expect((await db.select().from(apiTokens).where(eq(apiTokens.id, token.id)))[0]?.revokedAt).not.toBeNull();
    expect((await listAuditEntries(mallory.ctx, page)).data.find(({ action }) => action === "identity.proven")).toMatchObject({
      target: { type: "user", id: userId },
      details: { password: true, sessions: 1, secondFactor: false, tokens: ["Left behind"] },
    });
  });

  it("joins at once where the proven person is invited, and begins there", async () => {
    await hijack();
    await createInvitation(ours.ctx, { email: victim, role: "admin" });
    const real = await bySso();
    expect((await listMembers(ours.ctx, page)).data).toContainEqual(expect.objectContaining({ email: victim, role: "admin" }));
    expect(real?.organizationId).toBe(ours.organizationId);
  });

  it("is not given away for an address that only looks the same", async () => {
    victim = `k-${crypto.randomUUID()}@corp.example`;
    const { userId } = await hijack();
    // KELVIN SIGN, whose lower case is an ordinary k.
    expect(await bySso(victim.replace(/^k/, "\u212a"))).toBeNull();
    expect((await userOf(victim))?.oidcSubject).toBeNull();
    expect((await userOf(victim))?.id).toBe(userId);
  });

  it("is begun anew by whoever is invited, when it belongs to no organization", async () => {
    const { userId } = await hijack();
    await byPassword("mallory's password");
    await removeMember(mallory.ctx, userId);
    const { url } = await createInvitation(ours.ctx, { email: victim, role: "admin" });
    await redeemLink(stranger(), { token: tokenOf(url), name: "Victim", password: "the victim's own" });
    expect(await byPassword("mallory's password")).toBeNull();
    expect((await byPassword("the victim's own"))?.user).toMatchObject({ id: userId, name: "Victim" });
  });

  it("is reset by the inviter once it belongs to no other organization", async () => {
    const { userId } = await hijack();
    const { url } = await createInvitation(ours.ctx, { email: victim, role: "admin" });
    await redeemLink(stranger(), { token: tokenOf(url), password: "mallory's password" });
    await expect(createPasswordLink(ours.ctx, userId)).rejects.toMatchObject({ code: "forbidden" });
    await removeMember(mallory.ctx, userId);
    const link = await createPasswordLink(ours.ctx, userId);
    await redeemLink(stranger(), { token: tokenOf(link.url), password: "the victim's own" });
    expect(await byPassword("mallory's password")).toBeNull();
    expect(await byPassword("the victim's own")).not.toBeNull();
  });
});

describe("an address that was proven", () => {
  it("is not begun anew by an invitation, as long as the provider is there", async () => {
    Object.assign(process.env, { OIDC_ISSUER: "https://id.example", OIDC_CLIENT_ID: "x", OIDC_CLIENT_SECRET: "y" });
    resetEnv();
    await createInvitation(ours.ctx, { email: victim, role: "admin" });
    const real = await bySso();
    await db.delete(memberships).where(eq(memberships.userId, real?.user.id ?? ""));
    const { url } = await createInvitation(mallory.ctx, { email: victim, role: "viewer" });
    await expect(
      redeemLink(stranger(), { token: tokenOf(url), name: "Mallory", password: "mallory's password" }),
    ).rejects.toMatchObject({ code: "unauthorized" });
    expect((await userOf(victim))?.passwordHash).toBeNull();
  });

  it("keeps everything when the person connects the provider from their own session", async () => {
    const { userId, ctx } = await hijack();
    const token = await createApiToken(ctx, { name: "Production", scopes: ["*"] });
    await bySso(victim, userId);
    expect(await byPassword("mallory's password")).not.toBeNull();
    expect((await db.select().from(apiTokens).where(eq(apiTokens.id, token.id)))[0]?.revokedAt).toBeNull();
    expect(await actionsOf(mallory.ctx)).toContain("identity.connected");
  });
});

describe("whether an address has an account", () => {
  it("is not told by looking at a link, nor by a wrong password", async () => {
    const known = await createInvitation(ours.ctx, { email: mallory.email, role: "viewer" });
    const unknown = await createInvitation(ours.ctx, { email: victim, role: "viewer" });
    const look = async (url: string) => Object.keys(await previewLink({ db, now: new Date() }, tokenOf(url)));
    expect(await look(known.url)).toEqual(await look(unknown.url));
    const answer = (url: string, body: { password?: string }) =>
      redeemLink(stranger(), { token: tokenOf(url), ...body }).catch((error: Error) => error.message.replace(/\S+@\S+/, "X"));
    for (const body of [{}, { password: "not the password" }])
      expect(await answer(known.url, body)).toBe(await answer(unknown.url, body));
    expect(await actionsOf(mallory.ctx)).toEqual(["session.refused"]);
  });
});

it("signs the taken-over browsers out", async () => {
  const { userId } = await hijack();
  const session = await openSession(db, { userId, userAgent: null, ip: null, now: new Date() });
  const cookie = `${sessionCookieName()}=${await encodeSessionCookie({ id: session?.id ?? "", userId })}`;
  const request = () => new Request("http://localhost:3000/", { headers: { cookie } });
  expect(await sessionFromRequest(db, request(), new Date())).not.toBeNull();
  await bySso();
  expect(await sessionFromRequest(db, request(), new Date())).toBeNull();
});
