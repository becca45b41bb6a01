import "server-only";
import {
  debugToken,
  type GraphPhoneNumber,
  getBusinessAccount,
  getPhoneNumber,
  listPhoneNumberIds,
  listSubscribedApps,
  type TokenInfo,
} from "@/lib/whatsapp/graph-accounts";
import type { GraphAccess } from "@/lib/whatsapp/graph-call";
import { GraphError } from "@/lib/whatsapp/graph-error";
import type { IntegrationRow } from "./access";
import { type Attempt, accountFinding, type Finding, numberFinding, tokenFinding } from "./findings";
import { signatureFinding, subscriptionFinding } from "./webhook-findings";

export type Findings = { findings: Finding[]; token: TokenInfo | null; number: GraphPhoneNumber | null };

/** Accounts of the token that are searched for a number which the named account does not have. */
const SEARCHED_ACCOUNTS = 10;

/**
 * Asks Meta everything there is to know about an integration, and is content only with what it saw. `callbacks` are the
 * addresses under which this installation takes webhooks. Never throws because of Meta or the network; changes nothing.
 */
export async function examine(
  access: GraphAccess,
  row: IntegrationRow,
  { now, callbacks }: { now: Date; callbacks: readonly string[] },
): Promise<Findings> {
  const first = await attempt(() => debugToken(access));
  // With a wrong app secret Meta refuses every call. Asked without it, the other checks speak for themselves.
  const isSecretRefused = !first.ok && first.error.wantsAppSecret && access.appSecretProof !== undefined;
  const asking = isSecretRefused ? { ...access, appSecretProof: undefined } : access;
  const [token, number, account, numbers, apps] = await Promise.all([
    isSecretRefused ? attempt(() => debugToken(asking)) : first,
    attempt(() => getPhoneNumber(asking, row.phoneNumberId)),
    attempt(() => getBusinessAccount(asking, row.businessAccountId)),
    attempt(() => listPhoneNumberIds(asking, row.businessAccountId)),
    attempt(() => listSubscribedApps(asking, row.businessAccountId)),
  ]);
  const isElsewhere = number.ok && numbers.ok && !numbers.value.has(row.phoneNumberId);
  const otherAccount = isElsewhere && token.ok ? await findAccount(asking, row, token.value) : null;
  return {
    findings: [
      tokenFinding(token, number, row, now),
      numberFinding(number, numbers, { row, otherAccount }),
      accountFinding(account, numbers),
      subscriptionFinding(apps, {
        row,
        now,
        ours: callbacks,
        appId: row.appId ?? (token.ok ? token.value.appId : undefined) ?? null,
        configured: number.ok ? number.value.callbacks : {},
      }),
      signatureFinding(row, { isSecretRefused, first }),
    ],
    token: token.ok ? token.value : null,
    number: number.ok ? number.value : null,
  };
}

async function attempt<T>(call: () => Promise<T>): Promise<Attempt<T>> {
  try {
    return { ok: true, value: await call() };
  } catch (error) {
    if (error instanceof GraphError) return { ok: false, error };
    throw error;
  }
}

/** Which of the token's other accounts has the number. */
async function findAccount(access: GraphAccess, row: IntegrationRow, token: TokenInfo): Promise<string | null> {
  const reached = new Set(token.granularScopes.flatMap(({ targetIds }) => targetIds ?? []));
  reached.delete(row.businessAccountId);
  for (const id of [...reached].slice(0, SEARCHED_ACCOUNTS)) {
    const numbers = await attempt(() => listPhoneNumberIds(access, id));
    if (numbers.ok && numbers.value.has(row.phoneNumberId)) return id;
  }
  return null;
}
