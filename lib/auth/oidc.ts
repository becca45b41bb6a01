import "server-only";
import type { AuthOptions } from "next-auth";
import { z } from "zod";
import { env } from "@/lib/env";

/** The name on the single sign-on button; null when none is set up. */
export function oidcName(): string | null {
  return oidcProvider().length > 0 ? env().OIDC_NAME : null;
}

/** The identity provider of the environment, when it is named there. */
export function oidcProvider(): AuthOptions["providers"] {
  const { OIDC_ISSUER, OIDC_CLIENT_ID, OIDC_CLIENT_SECRET, OIDC_NAME } = env();
  if (!OIDC_ISSUER || !OIDC_CLIENT_ID || !OIDC_CLIENT_SECRET) return [];
  return [
    {
      id: "oidc",
      name: OIDC_NAME,
      type: "oauth",
      wellKnown: `${OIDC_ISSUER}/.well-known/openid-configuration`,
      clientId: OIDC_CLIENT_ID,
      clientSecret: OIDC_CLIENT_SECRET,
      authorization: { params: { scope: "openid email profile" } },
      idToken: true,
      checks: ["pkce", "state", "nonce"],
      profile: (claims: { sub: string }) => ({ id: claims.sub }),
    },
  ];
}

/** What we read of the provider's claims. */
export const OidcProfile = z.object({
  sub: z.string().min(1),
  email: z.string().nullish(),
  email_verified: z.union([z.boolean(), z.enum(["true", "false"]).transform((text) => text === "true")]).nullish(),
  name: z.string().nullish(),
});

/** A subject is only unique at its issuer. */
export function oidcSubject(sub: string): string {
  return `${env().OIDC_ISSUER} ${sub}`;
}
