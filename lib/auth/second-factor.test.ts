import { eq, sql } from "drizzle-orm";
import { Secret, TOTP } from "otpauth";
import { beforeAll, beforeEach, describe, expect, it } from "vitest";
import type { Db } from "@/db/client";
import { recoveryCodes, secondFactors, users } from "@/db/schema/organizations";
import { useTestDatabase } from "@/db/testing";
import { makeOrganization } from "@/db/testing-data";
import { redeemLink } from "@/lib/auth/redeem-link";
import { createResetLink } from "@/lib/auth/reset-link";
import { type Ctx, openDatabase } from "@/lib/ctx";
import { listAuditEntries } from "@/lib/organizations/audit-trail";
import { createInvitation } from "@/lib/organizations/invitations";
import { listMembers, resetSecondFactor } from "@/lib/organizations/members";
import { updateOrganization } from "@/lib/organizations/organizations";
import { knownBrowserCookie } from "./known-browser";
import { getMe } from "./me";
import { confirmSecondFactor, removeSecondFactor, renewRecoveryCodes, startSecondFactor } from "./second-factor";
import { sessionFromRequest } from "./session";
import { signInWithOidc, signInWithPassword } from "./sign-in";

useTestDatabase();

type Person = Awaited<ReturnType<Awaited<ReturnType<typeof makeOrganization>>["addMember"]>>;

let db: Db;
let org: Awaited<ReturnType<typeof makeOrganization>>;
let member: Person;

beforeAll(async () => {
  db = await openDatabase();
});
beforeEach(async () => {
  org = await makeOrganization(db);
  member = await org.addMember("operator");
});

const STEP_MS = 30_000;
/** The middle of a time step, so that one step more or less is meant. */
const START = new Date(Math.floor(Date.now() / STEP_MS) * STEP_MS + STEP_MS / 2);
const steps = (count: number) => new Date(START.getTime() + count * STEP_MS);
const codeAt = (secret: string, at: Date) =>
  new TOTP({ secret: Secret.fromBase32(secret) }).generate({ timestamp: at.getTime() });
const signIn = (code: string | undefined, now = START, cookies: string | null = null) =>
  signInWithPassword(db, { email: member.email, password: member.password, code }, { ip: null, userAgent: null, cookies, now });
const actions = async () => (await listAuditEntries(org.ctx, { limit: 50 })).data.map(({ action }) => action);

/** With the first code used up, as of a minute before START. */
async function enrol(person: Person = member): Promise<{ secret: string; codes: string[]; ctx: Ctx }> {
  const session = await person.signIn();
  const ctx = { ...person.ctx, sessionId: session.sessionId, now: steps(-2) };
  const { secret } = await startSecondFactor(ctx, { currentPassword: person.password });
  const { recoveryCodes: codes } = await confirmSecondFactor(ctx, { code: codeAt(secret, steps(-2)) });
  return { secret, codes, ctx };
}

describe("a second factor", () => {
  it("is asked for after the right password, and not before", async () => {
    const { secret } = await enrol();
    await expect(signIn(undefined)).rejects.toMatchObject({ code: "second_factor_required", status: 401 });
    const wrong = { email: member.email, password: "wrong", code: codeAt(secret, START) };
    expect(await signInWithPassword(db, wrong, { ip: null, userAgent: null, cookies: null, now: START })).toBeNull();
    await expect(signIn("000000")).rejects.toMatchObject({ code: "wrong_code" });
    expect(await signIn(codeAt(secret, START))).not.toBeNull();
    expect((await actions()).filter((action) => action.startsWith("se"))).toEqual(
      expect.arrayContaining(["session.started", "session.refused", "second_factor.enabled"]),
    );
  });

  it("takes the codes of one step before and after, written in any way, and no others", async () => {
    const { secret } = await enrol();
    for (const distance of [-3, 2, 3]) {
      await expect(signIn(codeAt(secret, steps(distance)))).rejects.toMatchObject({ code: "wrong_code" });
    }
    const early = codeAt(secret, steps(-1));
    expect(await signIn(` ${early.slice(0, 3)} ${early.slice(3)} `)).not.toBeNull();
    expect(await signIn(codeAt(secret, steps(1)))).not.toBeNull();
  });

  it("takes no code twice, nor one older than the last, also of two at the same time", async () => {
    const { secret } = await enrol();
    const code = codeAt(secret, START);
    const both = await Promise.allSettled([signIn(code), signIn(code)]);
    expect(both.map(({ status }) => status).sort()).toEqual(["fulfilled", "rejected"]);
    await expect(signIn(code)).rejects.toMatchObject({ code: "wrong_code" });
    await expect(signIn(codeAt(secret, steps(-1)))).rejects.toMatchObject({ code: "wrong_code" });
  });

  it("may be replaced by a recovery code, each once", async () => {
    const { codes } = await enrol();
    expect(codes).toHaveLength(10);
    expect(new Set(codes).size).toBe(10);
    expect(await signIn(codes[0]?.toLowerCase().replace("-", " "))).not.toBeNull();
    await expect(signIn(codes[0])).rejects.toMatchObject({ code: "wrong_code" });
    expect((await getMe(member.ctx)).signIn).toMatchObject({ secondFactor: true, recoveryCodes: 9 });
    expect(await actions()).toContain("second_factor.recovery_code_used");
    const colleague = await org.addMember("operator");
    const theirs = await enrol(colleague);
    await expect(signIn(theirs.codes[0])).rejects.toMatchObject({ code: "wrong_code" });
  });

  it("is guessed ten times an hour by strangers, which does not lock out a browser that the person used before", async () => {
    const { secret } = await enrol();
    for (let i = 0; i < 10; i++) await expect(signIn("000000")).rejects.toMatchObject({ code: "wrong_code" });
    await expect(signIn(codeAt(secret, START))).rejects.toMatchObject({ code: "too_many_attempts" });
    await expect(signIn(codeAt(secret, steps(100)), steps(100))).rejects.toMatchObject({ code: "too_many_attempts" });
    const [user] = await db.select().from(users).where(eq(users.id, member.userId));
    const cookie = knownBrowserCookie({ id: member.userId, passwordHash: user?.passwordHash ?? null }, START).split(";")[0] ?? "";
    expect(await signIn(codeAt(secret, START), START, cookie)).not.toBeNull();
  });

  it("is kept sealed, its recovery codes as fingerprints", async () => {
    const { secret, codes } = await enrol();
    const kept = await db.execute(sql`select * from second_factors, recovery_codes`);
    for (const word of [secret, ...codes, ...codes.map((code) => code.replace("-", ""))])
      expect(JSON.stringify(kept)).not.toContain(word);
  });

  it("signs the other browsers out when it begins to count, which is with a first code", async () => {
    const [here, there] = [await member.signIn(), await member.signIn()];
    const ctx = { ...member.ctx, sessionId: here.sessionId, now: START };
    await expect(startSecondFactor(ctx, { currentPassword: "wrong" })).rejects.toMatchObject({ code: "validation_failed" });
    const { secret } = await startSecondFactor(ctx, { currentPassword: member.password });
    expect(await signIn(undefined)).not.toBeNull();
    await expect(confirmSecondFactor(ctx, { code: "000000" })).rejects.toMatchObject({ details: [{ path: "code" }] });
    await confirmSecondFactor(ctx, { code: codeAt(secret, START) });
    await expect(signIn(codeAt(secret, START))).rejects.toMatchObject({ code: "wrong_code" });
    const isOpen = async ({ headers }: { headers: { cookie: string } }) =>
      (await sessionFromRequest(db, new Request("http://localhost:3000/", { headers }), new Date())) !== null;
    expect([await isOpen(here), await isOpen(there)]).toEqual([true, false]);
    await expect(startSecondFactor(ctx, { currentPassword: member.password })).rejects.toMatchObject({ code: "conflict" });
    await expect(confirmSecondFactor(ctx, { code: codeAt(secret, steps(1)) })).rejects.toMatchObject({ code: "conflict" });
  });

  it("is removed, and its codes replaced, by password and code together", async () => {
    const { secret, ctx, codes } = await enrol();
    const at = { ...ctx, now: START };
    for (const act of [removeSecondFactor, renewRecoveryCodes]) {
      await expect(act(at, { currentPassword: "wrong", code: codeAt(secret, START) })).rejects.toMatchObject({
        details: [{ path: "currentPassword" }],
      });
      await expect(act(at, { currentPassword: member.password, code: "000000" })).rejects.toMatchObject({
        details: [{ path: "code" }],
      });
    }
    const renewed = await renewRecoveryCodes(at, { currentPassword: member.password, code: codeAt(secret, START) });
    await expect(signIn(codes[0])).rejects.toMatchObject({ code: "wrong_code" });
    await removeSecondFactor(at, { currentPassword: member.password, code: renewed.recoveryCodes[0] ?? "" });
    expect(await signIn(undefined)).not.toBeNull();
    expect(await db.select().from(recoveryCodes).where(eq(recoveryCodes.userId, member.userId))).toEqual([]);
  });

  it("is taken away by someone with authority over the person everywhere, and not by oneself", async () => {
    await enrol();
    expect((await listMembers(org.ctx, { limit: 50 })).data.find(({ id }) => id === member.userId)?.secondFactor).toBe(true);
    const narrow: Ctx = { ...org.ctx, actor: { type: "token", id: "tok_narrow", name: "Narrow" }, scopes: ["members:*"] };
    await expect(resetSecondFactor(narrow, member.userId)).rejects.toMatchObject({ code: "forbidden" });
    await expect(resetSecondFactor(member.ctx, member.userId)).rejects.toMatchObject({ code: "conflict" });
    await resetSecondFactor(org.ctx, member.userId);
    expect(await signIn(undefined)).not.toBeNull();
    expect(await actions()).toContain("second_factor.reset");
    await expect(resetSecondFactor(org.ctx, member.userId)).rejects.toMatchObject({ code: "not_found" });
  });

  it("is taken away on the server with a new password, when that is asked for", async () => {
    await enrol();
    await createResetLink(db, member.email, new Date());
    await expect(signIn(undefined)).rejects.toMatchObject({ code: "second_factor_required" });
    await createResetLink(db, member.email, new Date(), { withSecondFactor: true });
    expect(await signIn(undefined)).not.toBeNull();
    expect(await actions()).toContain("second_factor.reset");
  });

  it("of a hijacker ends when the provider vouches for the real person", async () => {
    await enrol();
    await signInWithOidc(
      db,
      { subject: `https://id.example ${member.userId}`, email: member.email, isEmailVerified: true, name: null },
      { ip: null, userAgent: null, cookies: null, now: START },
    );
    expect(await db.select().from(secondFactors).where(eq(secondFactors.userId, member.userId))).toEqual([]);
  });

  it("is not got round by an invitation's link", async () => {
    const { secret } = await enrol();
    const elsewhere = await makeOrganization(db);
    const { url } = await createInvitation(elsewhere.ctx, { email: member.email, role: "viewer" });
    const token = new URL(url).searchParams.get("token") ?? "";
    const redeem = (headers: Record<string, string>) =>
      redeemLink(
        { db, ip: null, now: START, request: new Request("http://localhost:3000/", { headers }) },
        { token, password: member.password },
      );
    await expect(redeem({})).rejects.toMatchObject({ code: "second_factor_required" });
    await signIn(codeAt(secret, START));
    await redeem((await member.signIn()).headers);
  });
});

describe("an organization that asks for a second factor", () => {
  const lacks = async (headers: { cookie: string }) =>
    (await sessionFromRequest(db, new Request("http://localhost:3000/", { headers }), new Date()))?.lacksSecondFactor;

  beforeEach(async () => {
    await expect(updateOrganization(org.ctx, { requireSecondFactor: true })).rejects.toMatchObject({ code: "conflict" });
    await enrol(org);
    await updateOrganization(org.ctx, { requireSecondFactor: true });
  });

  it("leaves people without one nothing but their own account", async () => {
    const { headers } = await member.signIn();
    const session = await sessionFromRequest(db, new Request("http://localhost:3000/", { headers }), new Date());
    expect(session).toMatchObject({ lacksSecondFactor: true, permissions: [] });
    expect((await getMe({ ...member.ctx, lacksSecondFactor: true })).permissions).toEqual([]);
  });

  it("lets them in once they have set it up", async () => {
    const { headers } = await member.signIn();
    const { secret } = await startSecondFactor({ ...member.ctx, now: START }, { currentPassword: member.password });
    expect(await lacks(headers)).toBe(true);
    const session = await member.signIn();
    await confirmSecondFactor({ ...member.ctx, sessionId: session.sessionId, now: START }, { code: codeAt(secret, START) });
    expect(await lacks(session.headers)).toBe(false);
  });

  it("does not ask it of people who sign in with their provider", async () => {
    const session = await signInWithOidc(
      db,
      { subject: `https://id.example ${member.userId}`, email: member.email, isEmailVerified: true, name: null },
      { ip: null, userAgent: null, cookies: null, now: new Date() },
    );
    expect(session).not.toBeNull();
    expect(await lacks((await member.signIn()).headers)).toBe(false);
  });
});
