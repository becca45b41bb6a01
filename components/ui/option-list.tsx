"use client";

import { Check } from "lucide-react";
import { useTranslations } from "next-intl";
import { type KeyboardEvent, type ReactNode, useId, useMemo, useRef, useState } from "react";
import { cn } from "./cn";
import { type Findable, findOptions } from "./option-search";

export type Option = Findable & { value: string };

type OptionListProps<T extends Option> = {
  options: readonly T[];
  value?: string;
  onChoose: (option: T) => void;
  /** Names the list, and the field above it. */
  label: string;
  nothingFound: string;
  /** How an option is drawn; without it its label, and its hint beneath. */
  children?: (option: T) => ReactNode;
  className?: string;
};

/** A field to type in and beneath it what it finds: the inside of a popover in which one of many is chosen. */
export function OptionList<T extends Option>(props: OptionListProps<T>) {
  const { options, value, onChoose, label, nothingFound, children, className } = props;
  const t = useTranslations("common");
  const id = useId();
  const list = useRef<HTMLDivElement>(null);
  const [query, setQuery] = useState("");
  const found = useMemo(() => findOptions(options, query), [options, query]);
  const [active, setActive] = useState(() =>
    Math.max(
      0,
      options.findIndex((option) => option.value === value),
    ),
  );
  const at = Math.min(active, found.length - 1);

  function move(to: number) {
    const next = (to + found.length) % found.length;
    setActive(next);
    list.current?.children[next]?.scrollIntoView({ block: "nearest" });
  }

  function onKeyDown(event: KeyboardEvent) {
    const option = found[at];
    const steps: Record<string, number> = {
      ArrowDown: at + 1,
      ArrowUp: at - 1,
      Home: 0,
      End: found.length - 1,
      PageDown: Math.min(at + 8, found.length - 1),
      PageUp: Math.max(at - 8, 0),
    };
    const to = steps[event.key];
    if (event.key === "Enter" && option) onChoose(option);
    else if (to === undefined || found.length === 0) return;
    else move(to);
    event.preventDefault();
  }

  return (
    <>
      <input
        type="text"
        role="combobox"
        aria-label={label}
        aria-expanded
        aria-controls={`${id}-list`}
        aria-autocomplete="list"
        aria-activedescendant={at < 0 ? undefined : `${id}-${at}`}
        autoComplete="off"
        spellCheck={false}
        placeholder={label}
        value={query}
        onChange={(event) => {
          setQuery(event.target.value);
          setActive(0);
          if (list.current) list.current.scrollTop = 0;
        }}
        onKeyDown={onKeyDown}
        className="h-9 w-full border-b bg-transparent px-3 text-sm outline-none placeholder:text-muted max-md:text-md"
      />
      <div
        ref={(element) => {
          list.current = element;
          if (element && query === "") element.children[at]?.scrollIntoView({ block: "nearest" });
        }}
        id={`${id}-list`}
        role="listbox"
        tabIndex={-1}
        aria-label={t("suggestions")}
        className={cn("max-h-64 overflow-y-auto p-1", className)}
      >
        {found.map((option, index) => (
          // The field above keeps the focus and does what keys say.
          // biome-ignore lint/a11y/useKeyWithClickEvents: as above.
          <div
            key={option.value}
            id={`${id}-${index}`}
            role="option"
            tabIndex={-1}
            aria-selected={index === at}
            onPointerMove={() => index !== at && setActive(index)}
            onPointerDown={(event) => event.preventDefault()}
            onClick={() => onChoose(option)}
            className={cn(
              "flex min-h-8 cursor-default select-none items-center gap-2 rounded-md px-2 py-1 text-sm max-md:min-h-10",
              index === at && "bg-surface-sunken",
            )}
          >
            {children ? (
              children(option)
            ) : (
              <span className="grid min-w-0 flex-1">
                <span className="truncate">{option.label}</span>
                {option.hint ? <span className="truncate text-muted text-xs">{option.hint}</span> : null}
              </span>
            )}
            {option.value === value ? <Check className="size-4 shrink-0 text-accent" aria-hidden /> : null}
          </div>
        ))}
      </div>
      <p role="status" className={cn("text-muted text-sm", found.length === 0 && "px-3 pb-3")}>
        {found.length === 0 ? nothingFound : null}
      </p>
    </>
  );
}
