"use client";

const PREFIX = "draft:";
const NOBODY = "-";

/** What was written and not sent. */
export type Draft = {
  mode: "text" | "template";
  text: string;
  template?: { name: string; language?: string };
  values: Record<string, string>;
};

/** Whose drafts they are: another person in the same tab must not see them. */
type Owner = { userId: string; organizationId: string };

/** What was left for this recipient; drafts live as long as the tab. */
export function readDraft(owner: Owner, recipient: string | null): Draft | undefined {
  try {
    const kept: unknown = JSON.parse(window.sessionStorage.getItem(keyOf(owner, recipient)) ?? "");
    return isDraft(kept) ? kept : undefined;
  } catch {
    return undefined;
  }
}

/** A version of the console before this one may have kept something else. */
function isDraft(kept: unknown): kept is Draft {
  if (typeof kept !== "object" || kept === null || !("text" in kept && "values" in kept && "mode" in kept)) return false;
  return typeof kept.text === "string" && typeof kept.values === "object" && kept.values !== null;
}

/** Keeps what is written; an empty draft is none. */
export function keepDraft(owner: Owner, recipient: string | null, draft: Draft): void {
  const isEmpty = draft.text.trim() === "" && Object.values(draft.values).every((value) => value === "");
  try {
    if (isEmpty) dropDraft(owner, recipient);
    else window.sessionStorage.setItem(keyOf(owner, recipient), JSON.stringify(draft));
  } catch {
    // The store is full or forbidden: the text is still on the page.
  }
}

export function dropDraft(owner: Owner, recipient: string | null): void {
  window.sessionStorage.removeItem(keyOf(owner, recipient));
}

/** Forgets what others left in this tab. */
export function dropDraftsOfOthers(owner: Owner): void {
  const own = keyOf(owner, "");
  for (const key of Object.keys(window.sessionStorage)) {
    if (key.startsWith(PREFIX) && !key.startsWith(own)) window.sessionStorage.removeItem(key);
  }
}

function keyOf({ userId, organizationId }: Owner, recipient: string | null): string {
  return `${PREFIX}${userId}:${organizationId}:${recipient ?? NOBODY}`;
}
