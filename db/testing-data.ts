import "server-only";
import { randomBytes } from "node:crypto";
import { encodeSessionCookie, sessionCookieName } from "@/lib/auth/cookie";
import { openSession } from "@/lib/auth/session";
import { newToken, sha256 } from "@/lib/crypto";
import type { Ctx } from "@/lib/ctx";
import { newId } from "@/lib/ids";
import { ROLE_SCOPES } from "@/lib/organizations/permissions";
import { DEFAULT_SETTINGS, type OrganizationSettings, type Role } from "@/lib/organizations/schema";
import { hashPassword } from "@/lib/passwords";
import type { Db } from "./client";
import { apiTokens, memberships, organizations, users } from "./schema/organizations";

const PASSWORD = "correct horse battery";

type Wishes = { role?: Role; settings?: Partial<OrganizationSettings> };

/**
 * An organization of its own for one test: one person in the given role (owner unless said otherwise) and an API token with
 * every scope. `tokenFor` makes further tokens, `addMember` further people, `signIn` a session's cookie header.
 */
export async function makeOrganization(db: Db, { role = "owner", settings = {} }: Wishes = {}) {
  const organizationId = newId("org");
  await db
    .insert(organizations)
    .values({ id: organizationId, name: `Test ${organizationId.slice(-6)}`, settings: { ...DEFAULT_SETTINGS, ...settings } });
  const tokenFor = (scopes: readonly string[]) => makeToken(db, organizationId, scopes);
  const addMember = (of: Role) => makeMember(db, organizationId, of);
  return { organizationId, tokenFor, addMember, token: await tokenFor(["*"]), ...(await addMember(role)) };
}

async function makeToken(db: Db, organizationId: string, scopes: readonly string[]): Promise<string> {
  const token = newToken("dese");
  await db.insert(apiTokens).values({
    id: newId("tok"),
    organizationId,
    name: `Token ${scopes.join(" ")}`,
    tokenHash: sha256(token),
    hint: token.slice(0, 10),
    scopes: [...scopes],
  });
  return token;
}

async function makeMember(db: Db, organizationId: string, role: Role) {
  const user = { id: newId("usr"), email: `${randomBytes(6).toString("hex")}@example.com`, name: `Some ${role}` };
  await db.insert(users).values({ ...user, passwordHash: await testPasswordHash() });
  await db.insert(memberships).values({ organizationId, userId: user.id, role });
  const ctx: Ctx = {
    db,
    organizationId,
    actor: { type: "user", id: user.id, name: user.name },
    scopes: ROLE_SCOPES[role],
    requestId: newId("req"),
    ip: null,
    now: new Date(),
  };
  return { userId: user.id, email: user.email, password: PASSWORD, ctx, signIn: () => makeSession(db, user.id) };
}

/** Signs the person in and gives the headers a browser on our own pages would send. Needs an open keyring. */
async function makeSession(db: Db, userId: string) {
  const session = await openSession(db, { userId, userAgent: "Test browser", ip: null, now: new Date() });
  if (!session) throw new Error("The person belongs to no organization.");
  const cookie = `${sessionCookieName()}=${await encodeSessionCookie(session)}`;
  return { sessionId: session.id, headers: { cookie, "sec-fetch-site": "same-origin" } };
}

let hash: Promise<string> | undefined;

function testPasswordHash(): Promise<string> {
  hash ??= hashPassword(PASSWORD);
  return hash;
}
