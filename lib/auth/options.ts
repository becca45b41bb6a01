import "server-only";
import type { AuthOptions, Session } from "next-auth";
import { z } from "zod";
import type { Db } from "@/db/client";
import { openDatabase } from "@/lib/ctx";
import { AppError } from "@/lib/errors";
import { ownAddress } from "@/lib/http/own-address";
import { log } from "@/lib/log";
import { cookieSecret, isCookieSecure, readCookie, SESSION_DAYS, sessionCookieName } from "./cookie";
import { Credentials } from "./next-auth";
import { OidcProfile, oidcProvider, oidcSubject } from "./oidc";
import { sessionFromCookie } from "./session";
import { signInWithOidc, signInWithPassword, signOut, type User, type Visit, visitOf } from "./sign-in";

declare module "next-auth" {
  interface User {
    sessionId?: string;
  }
}
declare module "next-auth/jwt" {
  interface JWT {
    sessionId?: string;
  }
}

const SignInInput = z.object({
  email: z.string().min(1).max(254),
  password: z.string().min(1).max(200),
  code: z.string().max(40).optional(),
});

/** What next-auth is told. Our own sessions table decides who is signed in; its cookie only carries the session's id. */
export async function authOptions(headers: Headers, onSignedIn: (user: User) => void = () => {}): Promise<AuthOptions> {
  const db = await openDatabase();
  const visit = (): Visit => visitOf(headers, new Date());
  return {
    secret: cookieSecret(),
    useSecureCookies: isCookieSecure(),
    session: { strategy: "jwt", maxAge: SESSION_DAYS * 86_400 },
    pages: { signIn: "/login", error: "/login" },
    providers: [passwordProvider(db, visit, onSignedIn), ...oidcProvider()],
    callbacks: {
      async signIn({ user, account, profile }) {
        if (account?.provider !== "oidc") return true;
        const claims = OidcProfile.parse(profile);
        const signedIn = await signInWithOidc(
          db,
          {
            subject: oidcSubject(claims.sub),
            email: claims.email ?? null,
            isEmailVerified: claims.email_verified === true,
            name: claims.name ?? null,
          },
          visit(),
          await sessionUserOf(db, headers),
        );
        if (!signedIn) return false;
        onSignedIn(signedIn.user);
        Object.assign(user, { id: signedIn.user.id, sessionId: signedIn.sessionId });
        return true;
      },
      jwt: ({ token, user }) =>
        user ? { sub: user.id, sessionId: user.sessionId } : { sub: token.sub, sessionId: token.sessionId },
      session: ({ session }): Session => ({ expires: session.expires }),
      redirect: ({ url, baseUrl }) => ownAddress(url, baseUrl) ?? baseUrl,
    },
    events: {
      async signOut({ token }) {
        if (token?.sessionId) await signOut(db, token.sessionId, new Date());
      },
    },
    logger: {
      error: (code, metadata) =>
        log.error({ code, reason: metadata instanceof Error ? metadata.message : undefined }, "Signing in failed"),
      warn: (code) => log.warn({ code }, "next-auth warns"),
      debug: () => {},
    },
  };
}

/** Whose session this browser has; somebody who is signed in and signs in with the provider too connects the two. */
async function sessionUserOf(db: Db, headers: Headers): Promise<string | null> {
  const value = readCookie(headers.get("cookie"), sessionCookieName());
  return value ? ((await sessionFromCookie(db, value, new Date()))?.user.id ?? null) : null;
}

/** Its errors reach the sign-in page as `?error=`: CredentialsSignin, or the code of an AppError. */
function passwordProvider(db: Db, visit: () => Visit, onSignedIn: (user: User) => void) {
  return Credentials({
    name: "Password",
    credentials: { email: { type: "email" }, password: { type: "password" }, code: { type: "text" } },
    async authorize(given) {
      const input = SignInInput.safeParse(given);
      if (!input.success) return null;
      try {
        const signedIn = await signInWithPassword(db, input.data, visit());
        if (!signedIn) return null;
        onSignedIn(signedIn.user);
        return { id: signedIn.user.id, sessionId: signedIn.sessionId };
      } catch (error) {
        if (error instanceof AppError) throw new Error(error.code);
        log.error({ err: error }, "A sign-in failed unexpectedly");
        throw new Error("internal_error");
      }
    },
  });
}
