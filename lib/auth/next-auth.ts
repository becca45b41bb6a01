import "server-only";
import NextAuthModule from "next-auth";
import CredentialsModule from "next-auth/providers/credentials";

// next-auth is CommonJS: of `import x` a bundler makes the function, and Node itself the module around it.
export const NextAuth = functionOf(NextAuthModule);
export const Credentials = functionOf(CredentialsModule);

function functionOf<T>(imported: T): T {
  return typeof imported === "function" ? imported : (imported as { default: T }).default;
}
