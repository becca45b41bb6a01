"use client";

import { useCallback, useEffect, useReducer, useRef, useState } from "react";
import { useSession } from "@/components/shell/session";
import { type Draft, emptyDraft } from "./draft";

/** Changes of one field within this time are one step back. */
const ONE_STEP_MS = 1_000;
const MOST_STEPS = 200;

type History = { past: Draft[]; present: Draft; future: Draft[]; field: string | null; at: number };
type Act =
  | { kind: "change"; field: string; change: (draft: Draft) => Draft; at: number }
  | { kind: "undo" }
  | { kind: "redo" }
  | { kind: "replace"; draft: Draft };

export function step(history: History, act: Act): History {
  const { past, present, future } = history;
  switch (act.kind) {
    case "change": {
      const next = act.change(present);
      if (next === present) return history;
      const isSameStep = history.field === act.field && act.at - history.at < ONE_STEP_MS && past.length > 0;
      return {
        past: isSameStep ? past : [...past, present].slice(-MOST_STEPS),
        present: next,
        future: [],
        field: act.field,
        at: act.at,
      };
    }
    case "undo": {
      const before = past.at(-1);
      if (!before) return history;
      return { past: past.slice(0, -1), present: before, future: [present, ...future], field: null, at: 0 };
    }
    case "redo": {
      const [after, ...rest] = future;
      if (!after) return history;
      return { past: [...past, present], present: after, future: rest, field: null, at: 0 };
    }
    case "replace":
      return begin(act.draft);
  }
}

export function begin(draft: Draft): History {
  return { past: [], present: draft, future: [], field: null, at: 0 };
}

export type Change = (field: string, change: Partial<Draft> | ((draft: Draft) => Draft)) => void;

/** A draft with its way back and forth; what is written outlives a reload of the tab, under `key`. */
export function useEditor(initial: Draft, key: string) {
  const [history, act] = useReducer(step, initial, begin);
  const kept = useKept(key);
  const [isRestored, setRestored] = useState(false);
  const isReady = useRef(false);
  const first = useRef(JSON.stringify(initial));
  const draft = history.present;

  useEffect(() => {
    if (!isReady.current) {
      isReady.current = true;
      const left = kept.read();
      if (left && JSON.stringify(left) !== first.current) {
        act({ kind: "replace", draft: left });
        setRestored(true);
      }
      return;
    }
    if (JSON.stringify(draft) === first.current) kept.drop();
    else kept.keep(draft);
  }, [draft, kept]);

  const change: Change = useCallback((field, given) => {
    const apply = typeof given === "function" ? given : (before: Draft) => ({ ...before, ...given });
    act({ kind: "change", field, change: apply, at: Date.now() });
  }, []);

  return {
    draft,
    change,
    undo: () => act({ kind: "undo" }),
    redo: () => act({ kind: "redo" }),
    canUndo: history.past.length > 0,
    canRedo: history.future.length > 0,
    isChanged: JSON.stringify(draft) !== first.current,
    isRestored,
    startOver: () => {
      setRestored(false);
      act({ kind: "replace", draft: JSON.parse(first.current) });
    },
    /** It is saved as it is: nothing is left to be lost. */
    saved: () => {
      first.current = JSON.stringify(draft);
      kept.drop();
    },
  };
}

/** The prefix of all that people leave in a tab: whoever signs in next finds nothing of it. */
const PREFIX = "draft:";

/** A version of the console before this one may have kept something else. */
function isDraft(found: unknown): found is Draft {
  if (typeof found !== "object" || found === null) return false;
  const fields = new Map(Object.entries(found));
  return Object.entries(emptyDraft("", "")).every(([name, value]) => {
    const kept = fields.get(name);
    return name === "optOut" || (typeof kept === typeof value && Array.isArray(kept) === Array.isArray(value));
  });
}

function useKept(key: string) {
  const { user, organization } = useSession();
  const name = `${PREFIX}${user.id}:${organization.id}:template ${key}`;
  const [store] = useState(() => ({
    read(): Draft | null {
      try {
        const found: unknown = JSON.parse(window.sessionStorage.getItem(name) ?? "null");
        return isDraft(found) ? found : null;
      } catch {
        return null;
      }
    },
    keep(draft: Draft) {
      try {
        window.sessionStorage.setItem(name, JSON.stringify(draft));
      } catch {
        // The store is full or forbidden: the draft is still on the page.
      }
    },
    drop() {
      window.sessionStorage.removeItem(name);
    },
  }));
  return store;
}
