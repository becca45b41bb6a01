import type { ErrorKind } from "@/lib/whatsapp/error-codes";
import { GraphError } from "@/lib/whatsapp/graph-error";

/** What went wrong with a call to Graph, and what a person can do about it. */
type Sentence = { message: string; fix: string };

const FIXES: Partial<Record<ErrorKind, string>> = {
  reconnect: "Create a new access token for a system user in Meta Business settings and save it on this integration.",
  restricted: "Open Business Support Home at Meta, read what the account is restricted for, and appeal or wait.",
  billing: "Settle the payment method of the WhatsApp account in Meta Business settings.",
  slow_down: "Meta limits how often this may be asked. Wait a few minutes and try again.",
  retry: "Meta has passing trouble. Try again in a few minutes.",
  unreachable: "Check the address of the integration and this server's way to the internet, then try again.",
};
const ELSE = "Compare the ids and the token with those in Meta's App dashboard and WhatsApp Manager.";

export function graphSentence(error: GraphError): Sentence {
  const said = [error.title, error.details].filter((part, index, all) => part && all.indexOf(part) === index).join(" ");
  const code = error.code === null ? "" : ` (code ${error.code})`;
  return { message: `${said.replace(/[\s.]+$/, "")}${code}.`, fix: FIXES[error.kind] ?? ELSE };
}

/** True when the answer says nothing about the integration itself: no connection, or trouble at Meta. */
export function isPassing(error: unknown): boolean {
  return error instanceof GraphError && ["unreachable", "retry", "slow_down"].includes(error.kind);
}
