import "server-only";
import type { NextRequest } from "next/server";
import NextAuth, { type AuthOptions, type Session } from "next-auth";
import Credentials from "next-auth/providers/credentials";
import { z } from "zod";
import type { Db } from "@/db/client";
import { openDatabase } from "@/lib/ctx";
import { publicUrl } from "@/lib/env";
import { AppError } from "@/lib/errors";
import { log } from "@/lib/log";
import { cookieSecret, isCookieSecure, SESSION_DAYS } from "./cookie";
import { OidcProfile, oidcProvider, oidcSubject } from "./oidc";
import { signInWithOidc, signInWithPassword, signOut, type Visit } from "./sign-in";

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

const SignInInput = z.object({ email: z.string().min(1).max(254), password: z.string().min(1).max(200) });
type Context = { params: Promise<{ nextauth: string[] }> };

/** Answers everything under `/api/auth`. */
export async function answerAuth(request: NextRequest, context: Context): Promise<Response> {
  // next-auth reads its own address from this variable and nowhere else.
  // biome-ignore lint/style/noProcessEnv: it is written for next-auth, not read.
  process.env.NEXTAUTH_URL ??= publicUrl();
  return NextAuth(request, context, await authOptions(request.headers));
}

/** What next-auth is told. Our own sessions table decides who is signed in; its cookie only carries the session's id. */
export async function authOptions(headers: Headers): Promise<AuthOptions> {
  const db = await openDatabase();
  const visit = (): Visit => ({ ip: headers.get("x-real-ip"), userAgent: headers.get("user-agent"), now: new Date() });
  return {
    secret: cookieSecret(),
    useSecureCookies: isCookieSecure(),
    session: { strategy: "jwt", maxAge: SESSION_DAYS * 86_400 },
    pages: { signIn: "/login", error: "/login" },
    providers: [passwordProvider(db, visit), ...oidcProvider()],
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
        );
        if (!signedIn) return false;
        Object.assign(user, { id: signedIn.user.id, sessionId: signedIn.sessionId });
        return true;
      },
      jwt: ({ token, user }) =>
        user ? { sub: user.id, sessionId: user.sessionId } : { sub: token.sub, sessionId: token.sessionId },
      session: ({ session }): Session => ({ expires: session.expires }),
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

/** Its errors reach the sign-in page as `?error=`: CredentialsSignin, too_many_attempts or internal_error. */
function passwordProvider(db: Db, visit: () => Visit) {
  return Credentials({
    name: "Password",
    credentials: { email: { type: "email" }, password: { type: "password" } },
    async authorize(given) {
      const input = SignInInput.safeParse(given);
      if (!input.success) return null;
      try {
        const signedIn = await signInWithPassword(db, input.data, visit());
        return signedIn && { id: signedIn.user.id, sessionId: signedIn.sessionId };
      } catch (error) {
        if (error instanceof AppError) throw new Error(error.code);
        log.error({ err: error }, "A sign-in failed unexpectedly");
        throw new Error("internal_error");
      }
    },
  });
}
