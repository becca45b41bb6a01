import "server-only";
import type { GraphBusinessAccount, GraphHealth, GraphPhoneNumber, TokenInfo } from "@/lib/whatsapp/graph-accounts";
import type { GraphError } from "@/lib/whatsapp/graph-error";
import { tierAllowance } from "@/lib/whatsapp/tiers";
import type { IntegrationRow } from "./access";
import { graphSentence, isPassing } from "./graph-sentence";
import type { IntegrationCheck, Remedy } from "./schema";

/** A check, and whether its failing says nothing about the integration (no connection, passing trouble at Meta). */
export type Finding = { check: IntegrationCheck; isPassing: boolean };
export type Attempt<T> = { ok: true; value: T } | { ok: false; error: GraphError };

type Name = IntegrationCheck["name"];
type Said = Pick<IntegrationCheck, "message" | "values" | "fix">;

export function passed(name: Name, code: string, said: Said): Finding {
  return { check: { name, ok: true, code, ...said }, isPassing: false };
}

export function failed(name: Name, code: string, said: Said & { fix: string; remedy: Remedy }): Finding {
  return { check: { name, ok: false, code, ...said }, isPassing: false };
}

/** What a refusal or a missing answer means, and the one thing that helps. `what` begins the sentence. */
export function refused(name: Name, what: string, error: GraphError): Finding {
  const { message, fix } = graphSentence(error);
  const { code, remedy, ...own } = causeOf(name, error);
  return {
    check: { name, ok: false, code, message: `${what}: ${message}`, fix: own.fix ?? fix, remedy, values: { said: message } },
    isPassing: isPassing(error),
  };
}

type Cause = { code: string; remedy: Remedy; fix?: string };

function causeOf(name: Name, error: GraphError): Cause {
  if (error.kind === "unreachable") return { code: "unreachable", remedy: "test_again" };
  if (isPassing(error)) return { code: "meta_busy", remedy: "test_again" };
  if (error.wantsAppSecret) {
    return {
      code: "app_secret_required",
      remedy: "app_secret",
      fix: "The app takes only calls that prove its secret. Copy the app secret from Meta's App dashboard (App settings, Basic) and save it here.",
    };
  }
  if (error.kind === "reconnect") return { code: "token_refused", remedy: "new_token" };
  if (error.nodeType !== null && name !== "token") {
    const isPortfolio = name !== "phone_number" && error.nodeType === "Business";
    return {
      code: isPortfolio ? "account_is_portfolio" : "other_kind",
      remedy: "correct_ids",
      fix: isPortfolio
        ? "This is the id of a business portfolio. The id of the WhatsApp account stands in WhatsApp Manager under the account's name."
        : `This id names a ${error.nodeType}. Copy the id from Meta for Developers, your app, WhatsApp, API setup.`,
    };
  }
  if (error.code === 100 || error.code === 803 || error.code === 33) return { code: "not_found", remedy: "correct_ids" };
  return { code: "refused", remedy: "open_meta" };
}

/* Token */

const DAY_MS = 24 * 60 * 60 * 1000;
const NEEDED_SCOPES = ["whatsapp_business_messaging", "whatsapp_business_management"];
const NEW_TOKEN =
  "Create a token for a system user in Meta Business settings with both WhatsApp permissions and this WhatsApp account, and save it here.";

export function tokenFinding(
  token: Attempt<TokenInfo>,
  number: Attempt<GraphPhoneNumber>,
  row: IntegrationRow,
  now: Date,
): Finding {
  if (token.ok) return readToken(token.value, row, now);
  // Not every token may ask about itself. One that can read its number works.
  if (number.ok && !isPassing(token.error)) {
    return passed("token", "token_works", {
      message: "The access token works. Meta did not tell its permissions or when it expires.",
    });
  }
  return refused("token", "The access token could not be checked", token.error);
}

function readToken(info: TokenInfo, row: IntegrationRow, now: Date): Finding {
  if (!info.isValid) {
    const said = info.error?.message ?? "";
    const message = `The access token is not valid${said ? `: ${said}` : "."}`;
    return failed("token", "token_invalid", { message, fix: NEW_TOKEN, remedy: "new_token", values: { said } });
  }
  const missing = NEEDED_SCOPES.filter((scope) => !info.scopes.includes(scope));
  if (missing.length > 0) {
    const permissions = missing.join(" and ");
    const message = `The access token lacks ${missing.length === 1 ? "the permission" : "the permissions"} ${permissions}.`;
    const values = { permissions: missing.join(", ") };
    return failed("token", "token_lacks_permission", { message, fix: NEW_TOKEN, remedy: "new_token", values });
  }
  const elsewhere = info.granularScopes.find(
    (g) => NEEDED_SCOPES.includes(g.scope) && g.targetIds?.length && !g.targetIds.includes(row.businessAccountId),
  );
  if (elsewhere) {
    return failed("token", "token_of_other_account", {
      message: `The access token was granted ${elsewhere.scope} for other WhatsApp accounts, not for ${row.businessAccountId}.`,
      fix: "Assign this WhatsApp account to the system user and create the token again, or correct the WhatsApp Business Account id.",
      remedy: "new_token",
      values: { account: row.businessAccountId },
    });
  }
  if (!info.expiresAt) {
    const ending = info.expiresAt === null ? "does not expire" : "has no known end";
    const message = `The access token is valid, has both WhatsApp permissions and ${ending}.`;
    return passed("token", "token_valid", { message });
  }
  const days = Math.floor((info.expiresAt.getTime() - now.getTime()) / DAY_MS);
  const date = info.expiresAt.toISOString().slice(0, 10);
  return passed("token", days < 7 ? "token_ends_soon" : "token_ends", {
    message: `The access token is valid and has both WhatsApp permissions. It expires on ${date}.`,
    values: { date },
    ...(days < 7 && { fix: "Replace it before then; the token of a system user can be made to last." }),
  });
}

/* Number and account */

/** States of a number in which Meta sends nothing for it; the list is open, others pass. */
const DEAD_NUMBER = new Set(["BANNED", "DELETED", "DISCONNECTED", "MIGRATED", "PENDING", "UNVERIFIED"]);
const CORRECT_IDS = "Copy both ids from one place: Meta for Developers, your app, WhatsApp, API setup, under “From”.";

export function numberFinding(
  number: Attempt<GraphPhoneNumber>,
  numbers: Attempt<Set<string>>,
  { row, otherAccount }: { row: IntegrationRow; otherAccount: string | null },
): Finding {
  const name = "phone_number";
  if (!number.ok) return refused(name, "The phone number could not be read", number.error);
  if (!numbers.ok) return refused(name, "The number was found, but not whether it belongs to the account", numbers.error);
  const account = row.businessAccountId;
  if (!numbers.value.has(row.phoneNumberId)) {
    const owner = otherAccount ? ` It belongs to the account ${otherAccount}.` : "";
    return failed(name, otherAccount ? "number_of_named_account" : "number_of_other_account", {
      message: `The number exists, but not in the WhatsApp account ${account}.${owner}`,
      fix: otherAccount ? `Correct the account id to ${otherAccount}, or the phone number id.` : CORRECT_IDS,
      remedy: "correct_ids",
      values: { account, ...(otherAccount && { owner: otherAccount }) },
    });
  }
  const { value } = number;
  const blocked = blockOf(name, value.health);
  if (blocked) return blocked;
  const state = value.status?.toUpperCase() ?? "CONNECTED";
  if (DEAD_NUMBER.has(state)) {
    return failed(name, "number_state", {
      message: `Meta knows the number, but its state is ${state}.`,
      fix: "Register the number for the Cloud API in WhatsApp Manager and test again.",
      remedy: "open_meta",
      values: { state },
    });
  }
  const facts = [
    value.qualityRating && `quality ${value.qualityRating}`,
    tierText(value.messagingLimit),
    value.throughputLevel && `throughput ${value.throughputLevel}`,
    state !== "CONNECTED" && `state ${state}`,
  ].filter(Boolean);
  const shown = value.verifiedName ? ` “${value.verifiedName}”` : "";
  const message = `The number${shown} was found${facts.length > 0 ? `: ${facts.join(", ")}` : ""}.`;
  const isTest = !row.sandbox && value.accountMode?.toUpperCase() === "SANDBOX";
  return isTest
    ? passed(name, "test_number", {
        message: `${message} It is a test number of Meta's.`,
        fix: "A test number writes only to the numbers on its list (Meta for Developers, your app, WhatsApp, API setup, “To”), five at most. Add those first.",
      })
    : passed(name, "number_found", { message });
}

/** Someone else in this installation proved the number before. */
export function numberTaken(): IntegrationCheck {
  return failed("phone_number", "number_taken", {
    message: "The number is yours to use, but another integration of this installation has verified it and holds it.",
    fix: "Whoever holds it has to delete it there first. Ask whoever runs this installation.",
    remedy: "ask",
  }).check;
}

function tierText(tier: string | number | undefined): string | null {
  const allowance = tierAllowance(tier);
  if (allowance === null) return null;
  return Number.isFinite(allowance) ? `${allowance.toLocaleString("en")} people in 24 hours` : "no limit of people in 24 hours";
}

export function accountFinding(account: Attempt<GraphBusinessAccount>, numbers: Attempt<Set<string>>): Finding {
  const name = "business_account";
  if (!account.ok) return refused(name, "The WhatsApp Business Account could not be read", account.error);
  if (!numbers.ok) return refused(name, "The numbers of the WhatsApp Business Account could not be read", numbers.error);
  const blocked = blockOf(name, account.value.health);
  if (blocked) return blocked;
  if (account.value.accountReviewStatus?.toUpperCase() === "REJECTED") {
    return failed(name, "account_rejected", {
      message: "Meta rejected this WhatsApp Business Account in its review.",
      fix: "Read the reason in WhatsApp Manager and ask for another review.",
      remedy: "open_meta",
    });
  }
  const shown = account.value.name ? ` “${account.value.name}”` : "";
  return passed(name, "account_reached", { message: `The WhatsApp Business Account${shown} can be reached.` });
}

/** What Meta itself says stands in the way of sending. */
function blockOf(name: Name, health: GraphHealth | undefined): Finding | null {
  if (health?.canSendMessage !== "BLOCKED") return null;
  const cause = health.entities.find((entity) => entity.canSendMessage === "BLOCKED")?.errors[0];
  const said = [cause?.description, cause?.solution].filter(Boolean).join(" ");
  return failed(name, "sending_blocked", {
    message: `Meta blocks sending: ${cause?.description || "no reason was given."}`,
    fix: cause?.solution ?? "Open WhatsApp Manager at Meta and read what the account is blocked for.",
    remedy: "open_meta",
    values: { said },
  });
}
