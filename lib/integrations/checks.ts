import "server-only";
import { hmacSha256 } from "@/lib/crypto";
import {
  debugToken,
  type GraphBusinessAccount,
  type GraphHealth,
  type GraphPhoneNumber,
  getBusinessAccount,
  getPhoneNumber,
  listSubscribedApps,
  type TokenInfo,
} from "@/lib/whatsapp/graph-accounts";
import type { GraphAccess } from "@/lib/whatsapp/graph-call";
import { GraphError } from "@/lib/whatsapp/graph-error";
import { verifySignature } from "@/lib/whatsapp/inbound";
import { tierAllowance } from "@/lib/whatsapp/tiers";
import type { IntegrationRow } from "./access";
import { graphSentence, isPassing } from "./graph-sentence";
import type { IntegrationCheck } from "./schema";

const DAY_MS = 24 * 60 * 60 * 1000;
const NEEDED_SCOPES = ["whatsapp_business_messaging", "whatsapp_business_management"];
const NEW_TOKEN =
  "Create a token for a system user in Meta Business settings with both WhatsApp permissions and this WhatsApp account, and save it here.";
/** States of a number in which Meta sends nothing for it; the list is open, others pass. */
const DEAD_NUMBER = new Set(["BANNED", "DELETED", "DISCONNECTED", "MIGRATED", "PENDING", "UNVERIFIED"]);

/** A check, and whether its failing says nothing about the integration (no connection, passing trouble at Meta). */
type Finding = { check: IntegrationCheck; isPassing: boolean };
export type Findings = { findings: Finding[]; token: TokenInfo | null; number: GraphPhoneNumber | null };

/** Asks Meta everything there is to know about an integration. Never throws because of Meta or the network; changes nothing. */
export async function examine(access: GraphAccess, row: IntegrationRow, now: Date): Promise<Findings> {
  const [token, number, account, apps] = await Promise.all([
    attempt(() => debugToken(access)),
    attempt(() => getPhoneNumber(access, row.phoneNumberId)),
    attempt(() => getBusinessAccount(access, row.businessAccountId)),
    attempt(() => listSubscribedApps(access, row.businessAccountId)),
  ]);
  const appId = row.appId ?? (token.ok ? token.value.appId : undefined) ?? null;
  return {
    findings: [
      tokenFinding(token, number, row, now),
      number.ok ? sound(numberCheck(number.value)) : refused("phone_number", "The phone number could not be read", number.error),
      account.ok
        ? sound(accountCheck(account.value))
        : refused("business_account", "The WhatsApp Business Account could not be read", account.error),
      apps.ok
        ? sound(subscriptionCheck(apps.value, appId))
        : refused("webhook_subscription", "The webhook subscription could not be read", apps.error),
      sound(signatureCheck(row.appSecret)),
    ],
    token: token.ok ? token.value : null,
    number: number.ok ? number.value : null,
  };
}

type Attempt<T> = { ok: true; value: T } | { ok: false; error: GraphError };

async function attempt<T>(call: () => Promise<T>): Promise<Attempt<T>> {
  try {
    return { ok: true, value: await call() };
  } catch (error) {
    if (error instanceof GraphError) return { ok: false, error };
    throw error;
  }
}

const sound = (check: IntegrationCheck): Finding => ({ check, isPassing: false });

function refused(name: IntegrationCheck["name"], what: string, error: GraphError): Finding {
  const { message, fix } = graphSentence(error);
  return { check: { name, ok: false, message: `${what}: ${message}`, fix }, isPassing: isPassing(error) };
}

function tokenFinding(token: Attempt<TokenInfo>, number: Attempt<GraphPhoneNumber>, row: IntegrationRow, now: Date): Finding {
  if (token.ok) return sound(tokenCheck(token.value, row, now));
  // Not every token may ask about itself. One that can read its number works.
  if (number.ok && token.error.kind !== "unreachable") {
    return sound({
      name: "token",
      ok: true,
      message: "The access token works. Meta did not tell its permissions or when it expires.",
    });
  }
  return refused("token", "The access token could not be checked", token.error);
}

function tokenCheck(info: TokenInfo, row: IntegrationRow, now: Date): IntegrationCheck {
  const fail = (message: string, fix = NEW_TOKEN): IntegrationCheck => ({ name: "token", ok: false, message, fix });
  if (!info.isValid) return fail(`The access token is not valid${info.error?.message ? `: ${info.error.message}` : "."}`);
  const missing = NEEDED_SCOPES.filter((scope) => !info.scopes.includes(scope));
  if (missing.length > 0)
    return fail(
      `The access token lacks ${missing.length === 1 ? "the permission" : "the permissions"} ${missing.join(" and ")}.`,
    );
  const elsewhere = info.granularScopes.find(
    (g) => NEEDED_SCOPES.includes(g.scope) && g.targetIds?.length && !g.targetIds.includes(row.businessAccountId),
  );
  if (elsewhere) {
    return fail(
      `The access token was granted ${elsewhere.scope} for other WhatsApp accounts, not for ${row.businessAccountId}.`,
      "Assign this WhatsApp account to the system user and create the token again, or correct the WhatsApp Business Account id.",
    );
  }
  if (!info.expiresAt) {
    const ending = info.expiresAt === null ? "does not expire" : "has no known end";
    return { name: "token", ok: true, message: `The access token is valid, has both WhatsApp permissions and ${ending}.` };
  }
  const days = Math.floor((info.expiresAt.getTime() - now.getTime()) / DAY_MS);
  return {
    name: "token",
    ok: true,
    message: `The access token is valid and has both WhatsApp permissions. It expires on ${info.expiresAt.toISOString().slice(0, 10)}.`,
    ...(days < 7 && { fix: "Replace it before then; the token of a system user can be made to last." }),
  };
}

function numberCheck(number: GraphPhoneNumber): IntegrationCheck {
  const blocked = blockOf(number.health);
  if (blocked) return { name: "phone_number", ok: false, ...blocked };
  const status = number.status?.toUpperCase() ?? "CONNECTED";
  if (DEAD_NUMBER.has(status)) {
    return {
      name: "phone_number",
      ok: false,
      message: `Meta knows the number, but its state is ${status}.`,
      fix: "Register the number for the Cloud API in WhatsApp Manager and test again.",
    };
  }
  const facts = [
    number.qualityRating && `quality ${number.qualityRating}`,
    tierText(number.messagingLimit),
    number.throughputLevel && `throughput ${number.throughputLevel}`,
    status !== "CONNECTED" && `state ${status}`,
  ].filter(Boolean);
  const name = number.verifiedName ? ` “${number.verifiedName}”` : "";
  return {
    name: "phone_number",
    ok: true,
    message: `The number${name} was found${facts.length > 0 ? `: ${facts.join(", ")}` : ""}.`,
  };
}

function tierText(tier: string | number | undefined): string | null {
  const allowance = tierAllowance(tier);
  if (allowance === null) return null;
  return Number.isFinite(allowance) ? `${allowance.toLocaleString("en")} people in 24 hours` : "no limit of people in 24 hours";
}

function accountCheck(account: GraphBusinessAccount): IntegrationCheck {
  const blocked = blockOf(account.health);
  if (blocked) return { name: "business_account", ok: false, ...blocked };
  if (account.accountReviewStatus?.toUpperCase() === "REJECTED") {
    return {
      name: "business_account",
      ok: false,
      message: "Meta rejected this WhatsApp Business Account in its review.",
      fix: "Read the reason in WhatsApp Manager and ask for another review.",
    };
  }
  return {
    name: "business_account",
    ok: true,
    message: `The WhatsApp Business Account${account.name ? ` “${account.name}”` : ""} can be reached.`,
  };
}

/** What Meta itself says stands in the way of sending. */
function blockOf(health: GraphHealth | undefined): { message: string; fix: string } | null {
  if (health?.canSendMessage !== "BLOCKED") return null;
  const cause = health.entities.find((entity) => entity.canSendMessage === "BLOCKED")?.errors[0];
  return {
    message: `Meta blocks sending: ${cause?.description || "no reason was given."}`,
    fix: cause?.solution ?? "Open WhatsApp Manager at Meta and read what the account is blocked for.",
  };
}

function subscriptionCheck(apps: { id: string; overrideCallbackUri?: string }[], appId: string | null): IntegrationCheck {
  const app = appId === null ? apps[0] : apps.find((candidate) => candidate.id === appId);
  if (app) return { name: "webhook_subscription", ok: true, message: "The app is subscribed to the account's webhooks." };
  return {
    name: "webhook_subscription",
    ok: false,
    message: "The app is not subscribed to the account's webhooks: no delivery status and no reply would arrive.",
    fix: "Subscribe it here (POST …/subscribe), after the webhook's address and verify token are saved in Meta's App dashboard.",
  };
}

/** Signs a body as Meta does and verifies it as the webhook does. */
function signatureCheck(appSecret: string | null): IntegrationCheck {
  if (appSecret === null) {
    return {
      name: "signature",
      ok: false,
      message: "The app secret is missing, so Meta's webhooks cannot be verified and are refused.",
      fix: "Copy the app secret from Meta's App dashboard (App settings, Basic) and save it here.",
    };
  }
  const body = Buffer.from('{"object":"whatsapp_business_account","entry":[]}');
  const signs = (secret: string) => verifySignature(body, `sha256=${hmacSha256(secret, body)}`, appSecret);
  const ok = signs(appSecret) && !signs(`${appSecret} `);
  return ok
    ? { name: "signature", ok, message: "Webhooks signed with the app secret are accepted, others are refused." }
    : { name: "signature", ok, message: "The signature self-test failed.", fix: "Save the app secret again." };
}
