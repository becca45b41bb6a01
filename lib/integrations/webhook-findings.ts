import "server-only";
import type { GraphPhoneNumber, SubscribedApp, TokenInfo } from "@/lib/whatsapp/graph-accounts";
import type { IntegrationRow } from "./access";
import { type Attempt, type Finding, failed, passed, refused } from "./findings";
import { isPassing } from "./graph-sentence";
import { openRefusals } from "./refused-signatures";

const DAY_MS = 24 * 60 * 60 * 1000;

type Webhooks = {
  row: IntegrationRow;
  now: Date;
  /** The addresses that lead here. */
  ours: readonly string[];
  appId: string | null;
  configured: Partial<GraphPhoneNumber["callbacks"]>;
};

/** Whether Meta's webhooks are sent, and sent here. Of several addresses the nearest to the number counts: number, account, app. */
export function subscriptionFinding(apps: Attempt<SubscribedApp[]>, webhooks: Webhooks): Finding {
  const name = "webhook_subscription";
  if (!apps.ok) return refused(name, "The webhook subscription could not be read", apps.error);
  const { row, now, ours, appId, configured } = webhooks;
  const mine = appId === null ? undefined : apps.value.find((app) => app.id === appId);
  if (apps.value.length === 0 || (appId !== null && !mine)) {
    return failed(name, "not_subscribed", {
      message: "The app is not subscribed to the account's webhooks: no delivery status and no reply would arrive.",
      fix: "Subscribe it here (POST …/subscribe), after the webhook's address and verify token are saved in Meta's App dashboard.",
      remedy: "subscribe",
    });
  }
  const account = configured.account ?? mine?.overrideCallbackUri ?? (mine ? undefined : apps.value[0]?.overrideCallbackUri);
  const place = configured.number ? "number" : account ? "account" : "app";
  const address = configured.number ?? account ?? configured.app;
  if (address !== undefined && !isOurs(address, ours)) {
    const shown = bare(address);
    return failed(name, `webhooks_elsewhere_${place}`, {
      message: `Meta sends the webhooks of this ${place} to ${shown}, not here.`,
      fix: ELSEWHERE[place].fix,
      remedy: ELSEWHERE[place].remedy,
      values: { address: shown },
    });
  }
  if (mine) return passed(name, "subscribed", { message: "The app is subscribed to the account's webhooks." });
  const isHeard = row.lastWebhookAt !== null && now.getTime() - row.lastWebhookAt.getTime() < DAY_MS;
  if (isHeard) return passed(name, "webhooks_heard", { message: "Webhooks of the account have arrived within the last day." });
  return failed(name, "subscription_unknown", {
    message: "An app is subscribed to the account's webhooks, but Meta did not tell whether it is the token's.",
    fix: "Save the id of your app here (Meta for Developers, your app, App settings, Basic), then test again.",
    remedy: "app_id",
  });
}

const ELSEWHERE = {
  number: {
    fix: "Remove the callback address that was set for this number alone (its webhook_configuration at Meta), or set it to ours.",
    remedy: "webhook_values",
  },
  account: { fix: "Subscribe here again: that removes the address which was set for the account.", remedy: "subscribe" },
  app: {
    fix: "Save our address and verify token in Meta for Developers, your app, WhatsApp, Configuration.",
    remedy: "webhook_values",
  },
} as const;

/** An installation without a public address of its own cannot know under which host Meta reaches it, only under which path. */
function isOurs(address: string, ours: readonly string[]): boolean {
  if (!URL.canParse(address)) return false;
  const given = new URL(address);
  return ours.some((own) => {
    const { origin, pathname, hostname } = new URL(own);
    const isLocal = hostname === "localhost" || hostname === "127.0.0.1";
    return given.pathname.replace(/\/$/, "") === pathname && (isLocal || given.origin === origin);
  });
}

/** Without a query, which may hold a secret. */
function bare(address: string): string {
  return address.replace(/[?#].*$/, "").slice(0, 200);
}

/** Whether webhooks signed with the saved app secret would be believed, as far as Meta and the webhooks themselves have shown. */
export function signatureFinding(
  row: IntegrationRow,
  { isSecretRefused, first }: { isSecretRefused: boolean; first: Attempt<TokenInfo> },
): Finding {
  const name = "signature";
  const fix = "Copy the app secret from Meta's App dashboard (App settings, Basic) and save it here.";
  if (row.appSecret === null) {
    const message = "The app secret is missing, so Meta's webhooks cannot be verified and are refused.";
    return failed(name, "app_secret_missing", { message, fix, remedy: "app_secret" });
  }
  if (isSecretRefused) {
    const message = "The app secret is not the one of the token's app: Meta refuses calls that are made with it.";
    return failed(name, "app_secret_wrong", { message, fix, remedy: "app_secret" });
  }
  const refusals = openRefusals(row);
  if (refusals) {
    const values = { count: String(refusals.count), since: refusals.since.toISOString() };
    return failed(name, "signatures_refused", {
      message: `${refusals.count} webhooks for this account were refused since ${values.since} because of their signature, and none was accepted after them: the saved app secret is most likely not the one of the app that sends them.`,
      fix,
      remedy: "app_secret",
      values,
    });
  }
  if (!first.ok && isPassing(first.error)) return refused(name, "The app secret could not be tried", first.error);
  return first.ok
    ? passed(name, "app_secret_accepted", {
        message: "Meta takes calls with the app secret. Webhooks signed with it are accepted, others are refused.",
      })
    : passed(name, "app_secret_saved", { message: "Webhooks signed with the app secret are accepted, others are refused." });
}
