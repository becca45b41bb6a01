import { z } from "zod";
import { pageOf } from "@/lib/http/paging";

export const SIGN_IN_METHODS = ["password", "oidc"] as const;
export type SignInMethod = (typeof SIGN_IN_METHODS)[number];

/** How a try to sign in ended. `too_many_attempts` is kept once for a quarter of an hour in which all tries are refused. */
export const SIGN_IN_OUTCOMES = ["signed_in", "wrong_password", "wrong_code", "too_many_attempts"] as const;
export type SignInOutcome = (typeof SIGN_IN_OUTCOMES)[number];

export const SignIn = z.object({
  id: z.string(),
  outcome: z.enum(SIGN_IN_OUTCOMES),
  method: z.enum(SIGN_IN_METHODS),
  userAgent: z.string().nullable(),
  ip: z.string().nullable(),
  at: z.iso.datetime(),
});
export type SignIn = z.infer<typeof SignIn>;
export const SignInPage = pageOf(SignIn);

/* Second factor */

/** Six digits of an authenticator app, or a recovery code; people type spaces. */
export const Code = z.string().trim().min(6, "Six digits, or a recovery code").max(40);

export const StartSecondFactor = z.strictObject({ currentPassword: z.string().min(1, "Give your current password").max(200) });
export const StartedSecondFactor = z.object({
  secret: z.string().describe("In base32, for an app that cannot read the picture. Shown only now."),
  uri: z.string().describe("The otpauth:// address that an authenticator app reads as a QR code."),
});
export type StartedSecondFactor = z.infer<typeof StartedSecondFactor>;

export const ConfirmSecondFactor = z.strictObject({ code: Code });
export const RecoveryCodes = z.object({
  recoveryCodes: z.array(z.string()).describe("Each signs in once instead of a code of the app. Shown only now."),
});
export type RecoveryCodes = z.infer<typeof RecoveryCodes>;

export const ProveSecondFactor = z.strictObject({ currentPassword: z.string().min(1).max(200), code: Code });
export type ProveSecondFactor = z.infer<typeof ProveSecondFactor>;
