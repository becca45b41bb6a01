import { type NextRequest, NextResponse } from "next/server";
import { pagePolicy } from "@/lib/http/security-headers";

/** Gives every page a policy of its own. Next finds the nonce in the request's policy and puts it on its scripts. */
export function proxy(request: NextRequest): NextResponse {
  const nonce = Buffer.from(crypto.randomUUID()).toString("base64");
  // biome-ignore lint/style/noProcessEnv: Next replaces it when it builds.
  const policy = pagePolicy(nonce, { isDevelopment: process.env.NODE_ENV === "development" });
  const headers = new Headers(request.headers);
  headers.set("x-nonce", nonce);
  headers.set("content-security-policy", policy);
  const response = NextResponse.next({ request: { headers } });
  response.headers.set("content-security-policy", policy);
  return response;
}

export const config = { matcher: "/((?!api/|_next/static/|icon\\.svg$).*)" };
