import { and, eq, isNull } from "drizzle-orm";
import { beforeAll, beforeEach, describe, expect, it } from "vitest";
import type { Db } from "@/db/client";
import { memberships, sessions, users } from "@/db/schema/organizations";
import { useTestDatabase } from "@/db/testing";
import { makeOrganization } from "@/db/testing-data";
import { openDatabase } from "@/lib/ctx";
import { listAuditEntries } from "@/lib/organizations/audit-trail";
import { createInvitation } from "@/lib/organizations/invitations";
import { updateMember } from "@/lib/organizations/members";
import { encodeSessionCookie, sessionCookieName } from "./cookie";
import { knownBrowserCookie } from "./known-browser";
import { getMe, updateMe } from "./me";
import { sessionFromRequest } from "./session";
import { listSessions, revokeOtherSessions, revokeSession } from "./sessions";
import { signInWithOidc, signInWithPassword, signOut } from "./sign-in";
import { listSignIns } from "./sign-in-log";

useTestDatabase();

let db: Db;
let org: Awaited<ReturnType<typeof makeOrganization>>;

beforeAll(async () => {
  db = await openDatabase();
});
beforeEach(async () => {
  org = await makeOrganization(db);
});

const visit = (now = new Date(), ip: string | null = null, cookies: string | null = null) => ({
  ip,
  userAgent: "Firefox",
  cookies,
  now,
});
const minutesLater = (minutes: number) => new Date(Date.now() + minutes * 60_000);

async function requestOf(sessionId: string, userId: string): Promise<Request> {
  const cookie = `other=1; ${sessionCookieName()}=${await encodeSessionCookie({ id: sessionId, userId })}; theme=dark`;
  return new Request("http://localhost:3000/", { headers: { cookie } });
}
const sessionOf = async (headers: { cookie: string }, now = new Date()) =>
  sessionFromRequest(db, new Request("http://localhost:3000/", { headers }), now);

describe("a password", () => {
  it("opens a session, whatever the case of the e-mail address", async () => {
    const signedIn = await signInWithPassword(db, { email: org.email.toUpperCase(), password: org.password }, visit());
    const session = await sessionFromRequest(db, await requestOf(signedIn?.sessionId ?? "", org.userId), new Date());
    expect(session).toMatchObject({
      user: { id: org.userId, email: org.email },
      organization: { id: org.organizationId, timeZone: "Europe/Istanbul", country: "TR" },
      organizations: [{ id: org.organizationId }],
      role: "owner",
      permissions: ["*"],
    });
  });

  it("opens nothing once it was changed, however long its proof took", async () => {
    for (let round = 0; round < 4; round += 1) {
      const owner = await makeOrganization(db);
      const tries = Array.from({ length: 3 }, () => signInWithPassword(db, owner, visit()).catch(() => null));
      await updateMe(owner.ctx, { currentPassword: owner.password, newPassword: "another long password" });
      await Promise.all(tries);
      const left = await db
        .select()
        .from(sessions)
        .where(and(eq(sessions.userId, owner.userId), isNull(sessions.revokedAt)));
      expect(left).toEqual([]);
    }
  });

  it("does not open anything when it is wrong, or nobody has the address", async () => {
    expect(await signInWithPassword(db, { email: org.email, password: "wrong" }, visit())).toBeNull();
    expect(await signInWithPassword(db, { email: "nobody@example.com", password: org.password }, visit())).toBeNull();
  });

  it("may be tried ten times in fifteen minutes, and even the right one waits then", async () => {
    const attempt = (password: string, now: Date) => signInWithPassword(db, { email: org.email, password }, visit(now));
    for (let i = 0; i < 10; i++) expect(await attempt("wrong", new Date())).toBeNull();
    await expect(attempt(org.password, minutesLater(14))).rejects.toMatchObject({ code: "too_many_attempts", status: 429 });
    expect(await attempt(org.password, minutesLater(16))).not.toBeNull();
  });

  it("clears the count when it is right", async () => {
    for (let round = 0; round < 3; round++) {
      for (let i = 0; i < 5; i++) await signInWithPassword(db, { email: org.email, password: "wrong" }, visit());
      expect(await signInWithPassword(db, { email: org.email, password: org.password }, visit())).not.toBeNull();
    }
  });

  it("locks out the stranger who guesses, and not the person elsewhere", async () => {
    const attempt = (password: string, ip: string) =>
      signInWithPassword(db, { email: org.email, password }, visit(new Date(), ip));
    for (let i = 0; i < 10; i++) expect(await attempt("wrong", "203.0.113.66")).toBeNull();
    await expect(attempt(org.password, "203.0.113.66")).rejects.toMatchObject({ code: "too_many_attempts" });
    expect(await attempt(org.password, "198.51.100.7")).not.toBeNull();
  });

  it("counts all addresses of an IPv6 network as one", async () => {
    const attempt = (ip: string) => signInWithPassword(db, { email: org.email, password: "wrong" }, visit(new Date(), ip));
    for (let i = 0; i < 10; i++) expect(await attempt(`2001:db8:7:7::${i}`)).toBeNull();
    await expect(attempt("2001:db8:7:7:ffff::1")).rejects.toMatchObject({ code: "too_many_attempts" });
    expect(await attempt("2001:db8:7:8::1")).toBeNull();
  });

  it("waits for a hundred tries from many networks, and lets a browser pass that the person used before", async () => {
    const attempt = (ip: string, cookies: string | null = null) =>
      signInWithPassword(db, { email: org.email, password: org.password }, visit(new Date(), ip, cookies));
    const cookie = await knownCookie();
    for (let i = 0; i < 100; i += 10) {
      const wrong = { email: org.email, password: "wrong" };
      await Promise.all(
        Array.from({ length: 10 }, (_, k) => signInWithPassword(db, wrong, visit(new Date(), `198.18.${i}.${k}`))),
      );
    }
    await expect(attempt("192.0.2.1")).rejects.toMatchObject({ code: "too_many_attempts" });
    await expect(attempt("192.0.2.1", cookie.replace(/.$/, "x"))).rejects.toMatchObject({ code: "too_many_attempts" });
    expect(await attempt("192.0.2.1", cookie)).not.toBeNull();
  });

  it("is tried ten times in a known browser too, and a new password makes it a stranger", async () => {
    const cookie = await knownCookie();
    const attempt = (password: string, ip: string) =>
      signInWithPassword(db, { email: org.email, password }, visit(new Date(), ip, cookie));
    for (let i = 0; i < 10; i++) expect(await attempt("wrong", `198.18.1.${i}`)).toBeNull();
    await expect(attempt(org.password, "198.18.1.99")).rejects.toMatchObject({ code: "too_many_attempts" });
    const { sessionId } = await org.signIn();
    await updateMe({ ...org.ctx, sessionId }, { newPassword: "another long one", currentPassword: org.password });
    expect(await attempt("another long one", "198.18.1.99")).not.toBeNull();
  });

  it("leaves a trace when it is refused: for the person, and in all their organizations", async () => {
    const second = await makeOrganization(db);
    await db.insert(memberships).values({ organizationId: second.organizationId, userId: org.userId, role: "viewer" });
    for (let i = 0; i < 14; i++) {
      await signInWithPassword(db, { email: org.email, password: "wrong" }, visit(new Date(), "203.0.113.66")).catch(() => null);
    }
    const outcomes = (await listSignIns(org.ctx, { limit: 50 })).data.map(({ outcome }) => outcome);
    expect(outcomes.filter((outcome) => outcome === "wrong_password")).toHaveLength(10);
    expect(outcomes.filter((outcome) => outcome === "too_many_attempts")).toHaveLength(1);
    for (const { ctx } of [org, second]) {
      const refused = (await listAuditEntries(ctx, { limit: 50, action: "session.refused" })).data;
      expect(refused).toHaveLength(11);
      expect(refused[0]).toMatchObject({ actor: { type: "stranger" }, target: { id: org.userId }, ip: "203.0.113.66" });
    }
    const stranger = await org.addMember("admin");
    expect((await listSignIns(stranger.ctx, { limit: 50 })).data).toEqual([]);
  });

  async function knownCookie(): Promise<string> {
    const [user] = await db.select().from(users).where(eq(users.id, org.userId));
    return knownBrowserCookie({ id: org.userId, passwordHash: user?.passwordHash ?? null }, new Date()).split(";")[0] ?? "";
  }

  it("may be tried fifty times from one address, whoever is tried", async () => {
    const attempt = (i: number) =>
      signInWithPassword(db, { email: `someone-${i}@example.com`, password: "wrong" }, visit(new Date(), "203.0.113.9"));
    for (let i = 0; i < 50; i += 5) await Promise.all([0, 1, 2, 3, 4].map((k) => attempt(i + k)));
    await expect(attempt(50)).rejects.toMatchObject({ code: "too_many_attempts" });
  });
});

describe("a session", () => {
  it("ends when it is signed out, expires or is revoked elsewhere", async () => {
    const [one, two, three] = [await org.signIn(), await org.signIn(), await org.signIn()];
    await signOut(db, one.sessionId, new Date());
    expect(await sessionOf(one.headers)).toBeNull();
    await revokeSession({ ...org.ctx, sessionId: three.sessionId }, two.sessionId);
    expect(await sessionOf(two.headers)).toBeNull();
    expect(await sessionOf(three.headers)).not.toBeNull();
    expect(await sessionOf(three.headers, minutesLater(30 * 24 * 60 + 1))).toBeNull();
  });

  it("is the person's own to see and to end", async () => {
    const mine = await org.signIn();
    const stranger = await org.addMember("admin");
    await expect(revokeSession(stranger.ctx, mine.sessionId)).rejects.toMatchObject({ code: "not_found" });
    expect((await listSessions({ ...org.ctx, sessionId: mine.sessionId }, { limit: 10 })).data).toMatchObject([
      { id: mine.sessionId, current: true },
    ]);
    expect((await listSessions(stranger.ctx, { limit: 10 })).data).toEqual([]);
  });

  it("survives alone when the person signs out everywhere else", async () => {
    const [here, there] = [await org.signIn(), await org.signIn()];
    expect(await revokeOtherSessions({ ...org.ctx, sessionId: here.sessionId })).toEqual({ revoked: 1 });
    expect(await sessionOf(here.headers)).not.toBeNull();
    expect(await sessionOf(there.headers)).toBeNull();
  });

  it("sees a changed role with the next request, and none after removal", async () => {
    const member = await org.addMember("operator");
    const { headers } = await member.signIn();
    await updateMember(org.ctx, member.userId, { role: "viewer" });
    expect((await sessionOf(headers))?.role).toBe("viewer");
    await db.delete(memberships).where(eq(memberships.userId, member.userId));
    expect(await sessionOf(headers)).toBeNull();
  });

  it("falls to another organization of the person when they are removed from its own", async () => {
    const second = await makeOrganization(db);
    await db.insert(memberships).values({ organizationId: second.organizationId, userId: org.userId, role: "viewer" });
    const { headers, sessionId } = await org.signIn();
    await updateMe({ ...org.ctx, sessionId }, { organizationId: second.organizationId });
    expect((await sessionOf(headers))?.organization.id).toBe(second.organizationId);
    await db.delete(memberships).where(eq(memberships.organizationId, second.organizationId));
    expect((await sessionOf(headers))?.organization.id).toBe(org.organizationId);
  });

  it("notes once a minute when it was last seen", async () => {
    const { headers, sessionId } = await org.signIn();
    const lastSeen = async () => (await db.select().from(sessions).where(eq(sessions.id, sessionId)))[0]?.lastSeenAt.getTime();
    const before = await lastSeen();
    await sessionOf(headers, new Date(Date.now() + 30_000));
    expect(await lastSeen()).toBe(before);
    const later = new Date(Date.now() + 61_000);
    await sessionOf(headers, later);
    expect(await lastSeen()).toBe(later.getTime());
  });

  it("cannot be made up or altered", async () => {
    const { headers } = await org.signIn();
    expect(await sessionOf({ cookie: `${headers.cookie.slice(0, -4)}AAAA` })).toBeNull();
    expect(await sessionOf({ cookie: `${sessionCookieName()}=%E0%A4%A` })).toBeNull();
    expect(await sessionOf({ cookie: "" })).toBeNull();
  });
});

describe("me", () => {
  it("shows a person with all their organizations, and a token with its scopes", async () => {
    expect(await getMe(org.ctx)).toMatchObject({
      user: { id: org.userId },
      role: "owner",
      permissions: ["*"],
      organizations: [{ id: org.organizationId }],
    });
    const token = { ...org.ctx, actor: { type: "token" as const, id: "tok_1", name: "Shop" }, scopes: ["messages:*"] };
    expect(await getMe(token)).toMatchObject({
      user: null,
      role: null,
      permissions: ["messages:*"],
      organization: { id: org.organizationId },
    });
    await expect(updateMe(token, { name: "Else" })).rejects.toMatchObject({ code: "forbidden" });
  });

  it("changes name and language", async () => {
    expect(await updateMe(org.ctx, { name: "Deniz", language: "tr" })).toMatchObject({ user: { name: "Deniz", language: "tr" } });
  });

  it("changes the password only with the present one, and signs the other browsers out", async () => {
    const [here, there] = [await org.signIn(), await org.signIn()];
    const ctx = { ...org.ctx, sessionId: here.sessionId };
    for (const currentPassword of [undefined, "wrong"]) {
      await expect(updateMe(ctx, { newPassword: "another long one", currentPassword })).rejects.toMatchObject({
        code: "validation_failed",
        details: [{ path: "currentPassword" }],
      });
    }
    await updateMe(ctx, { newPassword: "another long one", currentPassword: org.password });
    expect(await sessionOf(here.headers)).not.toBeNull();
    expect(await sessionOf(there.headers)).toBeNull();
    expect(await signInWithPassword(db, { email: org.email, password: org.password }, visit())).toBeNull();
    expect(await signInWithPassword(db, { email: org.email, password: "another long one" }, visit())).not.toBeNull();
  });

  it("switches only to an organization of one's own", async () => {
    const other = await makeOrganization(db);
    await expect(updateMe(org.ctx, { organizationId: other.organizationId })).rejects.toMatchObject({ code: "not_found" });
  });
});

describe("single sign-on", () => {
  const profile = (wishes: { email?: string; subject?: string; isEmailVerified?: boolean }) => ({
    subject: `https://id.example ${wishes.subject ?? org.userId}`,
    email: wishes.email ?? org.email,
    isEmailVerified: wishes.isEmailVerified ?? true,
    name: "From the provider",
  });

  it("knows a person by a verified e-mail address, and by the subject from then on", async () => {
    expect(await signInWithOidc(db, profile({}), visit())).toMatchObject({ user: { id: org.userId } });
    expect(await signInWithOidc(db, profile({ email: "moved@example.com", isEmailVerified: false }), visit())).toMatchObject({
      user: { id: org.userId },
    });
  });

  it("does not take an unverified address, nor another subject for a person it knows", async () => {
    expect(await signInWithOidc(db, profile({ isEmailVerified: false }), visit())).toBeNull();
    await signInWithOidc(db, profile({}), visit());
    expect(await signInWithOidc(db, profile({ subject: "someone-else" }), visit())).toBeNull();
  });

  it("lets nobody new in, except by an open invitation", async () => {
    const email = `${org.userId.toLowerCase()}@new.example`;
    expect(await signInWithOidc(db, profile({ email, subject: "new" }), visit())).toBeNull();
    await createInvitation(org.ctx, { email, role: "operator" });
    const signedIn = await signInWithOidc(db, profile({ email, subject: "new" }), visit());
    expect(
      await db
        .select()
        .from(memberships)
        .where(eq(memberships.userId, signedIn?.user.id ?? "")),
    ).toMatchObject([{ role: "operator" }]);
    expect(await db.select().from(users).where(eq(users.email, email))).toMatchObject([
      { passwordHash: null, name: "From the provider" },
    ]);

    await db.delete(memberships).where(eq(memberships.userId, signedIn?.user.id ?? ""));
    expect(await signInWithOidc(db, profile({ email, subject: "new" }), visit())).toBeNull();
    await createInvitation(org.ctx, { email, role: "viewer" });
    expect(await signInWithOidc(db, profile({ email, subject: "new" }), visit())).not.toBeNull();
  });
});
