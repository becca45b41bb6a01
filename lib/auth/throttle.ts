import "server-only";
import type { Db } from "@/db/client";
import { networkOf } from "@/lib/network";
import { type Allowance, countAttempt, forgetAttempts, uncountAttempt } from "./attempts";

const QUARTER_HOUR_MS = 15 * 60_000;
const PER_ACCOUNT_AND_NETWORK: Allowance = { limit: 10, windowMs: QUARTER_HOUR_MS };
/** Far above what one stranger reaches, so that it takes many networks to lock a person out, and never the browsers they use. */
const PER_ACCOUNT: Allowance = { limit: 100, windowMs: QUARTER_HOUR_MS };
const PER_NETWORK: Allowance = { limit: 50, windowMs: QUARTER_HOUR_MS };
/** Of a million codes three are right at a time: strangers together get 240 tries a day. */
const CODES_OF_STRANGERS: Allowance = { limit: 10, windowMs: 4 * QUARTER_HOUR_MS };

/** Who tries: from where, and by which browser if the account has been signed in to with it before. */
export type Trier = { ip: string | null; knownBrowser: string | null; now: Date };

/** Counts a try of a password. Throws `TooManyAttempts`: first for the account from this network, then for either alone. */
export async function countPasswordTry(db: Db, email: string, { ip, knownBrowser, now }: Trier): Promise<void> {
  if (knownBrowser) return countAttempt(db, byBrowser(email, knownBrowser), PER_ACCOUNT_AND_NETWORK, now);
  if (ip) await countAttempt(db, byNetwork(ip), PER_NETWORK, now);
  await countAttempt(db, fromNetwork(email, ip), PER_ACCOUNT_AND_NETWORK, now);
  await countAttempt(db, account(email), PER_ACCOUNT, now);
}

/** Someone who has proven themselves may try again at once, also after others tried their name. */
export async function forgivePasswordTries(db: Db, email: string, { ip, knownBrowser, now }: Trier): Promise<void> {
  const subjects = [account(email), fromNetwork(email, ip), ...(knownBrowser ? [byBrowser(email, knownBrowser)] : [])];
  await forgetAttempts(db, subjects, now);
  // One try less of the network's, not all: whoever has an account of their own must not clear the way for the others' guesses.
  if (ip && !knownBrowser) await uncountAttempt(db, byNetwork(ip));
}

/** Counts a try of a second factor's code by someone who had the password. */
export async function countCodeTry(db: Db, userId: string, { knownBrowser, now }: Trier): Promise<void> {
  if (knownBrowser) await countAttempt(db, codeBy(userId, knownBrowser), PER_ACCOUNT_AND_NETWORK, now);
  else await countAttempt(db, codeOf(userId), CODES_OF_STRANGERS, now);
}

export async function forgiveCodeTries(db: Db, userId: string, { knownBrowser, now }: Trier): Promise<void> {
  await forgetAttempts(db, [codeOf(userId), ...(knownBrowser ? [codeBy(userId, knownBrowser)] : [])], now);
}

const byNetwork = (ip: string) => `sign-in from ${networkOf(ip)}`;
const account = (email: string) => `sign-in as ${email.toLowerCase()}`;
const fromNetwork = (email: string, ip: string | null) => `${account(email)} from ${ip ? networkOf(ip) : "nowhere"}`;
const byBrowser = (email: string, browser: string) => `${account(email)} by ${browser}`;
const codeOf = (userId: string) => `code of ${userId}`;
const codeBy = (userId: string, browser: string) => `${codeOf(userId)} by ${browser}`;
