"use client";

import { useEffect, useRef, useState } from "react";
import { useSession } from "@/components/shell/session";
import { type Draft, dropDraft, dropDraftsOfOthers, keepDraft, readDraft } from "./drafts";

/**
 * Keeps what is written, for whom it is written, until it is sent. `onFound` is called when something was left for the recipient and
 * nothing is written yet. Says whether what stands there now came back that way.
 */
export function useDraft(recipient: string | null, draft: Draft, onFound: (draft: Draft) => void) {
  const { user, organization } = useSession();
  const owner = { userId: user.id, organizationId: organization.id };
  const [isRestored, setRestored] = useState(false);
  const known = useRef<{ recipient: string | null } | undefined>(undefined);
  const text = JSON.stringify(draft);

  // biome-ignore lint/correctness/useExhaustiveDependencies: what is written and for whom is all that matters here.
  useEffect(() => {
    const before = known.current;
    known.current = { recipient };
    if (!before) dropDraftsOfOthers(owner);
    const isElsewhere = before?.recipient !== recipient;
    const left = isElsewhere && isUnwritten(draft) ? readDraft(owner, recipient) : undefined;
    if (left) {
      setRestored(true);
      onFound(left);
      return;
    }
    // What is being written goes with the recipient that is being corrected.
    if (before && isElsewhere) dropDraft(owner, before.recipient);
    keepDraft(owner, recipient, draft);
    if (isUnwritten(draft)) setRestored(false);
  }, [recipient, text]);

  return { isRestored, drop: () => dropDraft(owner, recipient) };
}

function isUnwritten({ text, values }: Draft): boolean {
  return text === "" && Object.values(values).every((value) => value === "");
}
