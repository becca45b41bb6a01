"use client";

import { useTranslations } from "next-intl";
import { type ReactNode, useMemo, useState } from "react";
import { Button } from "@/components/ui/button";
import { Checkbox } from "@/components/ui/checkbox";
import type { Total } from "./use-list";

/** The chosen rows by id; null for everything that the search and the filters leave. */
export type Selected = string[] | null;

type Choice = { scope: string; ids: ReadonlySet<string>; all: boolean };

/** Which rows are chosen; another search or filter lets all of them go. */
export function useSelection(scope: string) {
  const [choice, setChoice] = useState<Choice>({ scope, ids: new Set(), all: false });
  const present = choice.scope === scope ? choice : { scope, ids: new Set<string>(), all: false };
  return useMemo(() => {
    const set = (ids: Iterable<string>, all = false) => setChoice({ scope: present.scope, ids: new Set(ids), all });
    return {
      isChosen: (id: string) => present.all || present.ids.has(id),
      all: present.all,
      count: present.ids.size,
      selected: present.all ? null : [...present.ids],
      isEmpty: !present.all && present.ids.size === 0,
      toggle: (id: string, loaded: readonly string[]) => {
        const next = new Set(present.all ? loaded : present.ids);
        if (!next.delete(id)) next.add(id);
        set(next);
      },
      chooseLoaded: (loaded: readonly string[]) => set(loaded),
      chooseAll: () => set([], true),
      clear: () => set([]),
    };
  }, [present]);
}

export type Selection = ReturnType<typeof useSelection>;

export function SelectAll({ selection, loaded }: { selection: Selection; loaded: readonly string[] }) {
  const t = useTranslations("shared.table");
  const everyLoaded = selection.all || (loaded.length > 0 && loaded.every(selection.isChosen));
  return (
    <Checkbox
      aria-label={t("selectLoaded")}
      className="block"
      checked={everyLoaded ? true : selection.isEmpty ? false : "indeterminate"}
      onCheckedChange={() => (everyLoaded ? selection.clear() : selection.chooseLoaded(loaded))}
    />
  );
}

type SelectionBarProps = {
  selection: Selection;
  loaded: number;
  hasMore: boolean;
  total: Total | undefined;
  /** What can be done with what is chosen. */
  children: ReactNode;
};

/** How many rows are chosen, all that match with one press more, and what can be done with them. */
export function SelectionBar({ selection, loaded, hasMore, total, children }: SelectionBarProps) {
  const t = useTranslations("shared.table");
  const canHaveAll = !selection.all && hasMore && selection.count >= loaded;
  return (
    <section
      aria-label={t("selection")}
      className="sticky bottom-4 z-20 mx-auto flex w-fit max-w-full flex-wrap items-center gap-2 rounded-lg border border-border-strong bg-surface-raised p-2 pl-4 text-sm shadow-[0_8px_24px_-12px_rgb(0_0_0/0.35)] max-md:bottom-20"
    >
      <span role="status" className="mr-2 tabular-nums">
        {selection.all
          ? total
            ? t(total.isExact ? "allSelected" : "aboutAllSelected", { count: total.count })
            : t("allMatchingSelected")
          : t("selected", { count: selection.count })}
      </span>
      {canHaveAll ? (
        <Button variant="link" size="inline" className="mr-2" onClick={selection.chooseAll}>
          {total?.isExact ? t("selectAllCount", { count: total.count }) : t("selectAll")}
        </Button>
      ) : null}
      {children}
      <Button variant="ghost" onClick={selection.clear}>
        {t("unselect")}
      </Button>
    </section>
  );
}
