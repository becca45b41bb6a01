"use client";

import { ListFilter, Search, X } from "lucide-react";
import { useTranslations } from "next-intl";
import { type ReactNode, useEffect, useRef, useState } from "react";
import { Button } from "@/components/ui/button";
import { cn } from "@/components/ui/cn";
import {
  DropdownMenu,
  DropdownMenuCheckboxItem,
  DropdownMenuContent,
  DropdownMenuItem,
  DropdownMenuRadioGroup,
  DropdownMenuRadioItem,
  DropdownMenuSeparator,
  DropdownMenuTrigger,
} from "@/components/ui/dropdown-menu";
import { inputStyles } from "@/components/ui/input";
import type { ListState } from "./use-list";

export type TableFilter = {
  /** Its name in the address and in the API's query. */
  name: string;
  label: string;
  options: readonly { value: string; label: string }[];
  /** Several at once, joined by commas. */
  multiple?: boolean;
};

const TYPING_MS = 250;

type TableFiltersProps = {
  state: ListState;
  searchPlaceholder?: string;
  filters?: readonly TableFilter[];
  /** Filters of another kind than a choice of words, such as a range of dates. */
  children?: ReactNode;
};

/** The search field and the filters of a list; what is chosen stands in the address. */
export function TableFilters({ state, searchPlaceholder, filters = [], children }: TableFiltersProps) {
  const t = useTranslations("shared.table");
  return (
    <search className="flex min-w-0 flex-1 flex-wrap items-center gap-2 max-md:contents">
      {searchPlaceholder ? <SearchField value={state.q} onChange={state.setQ} placeholder={searchPlaceholder} /> : null}
      {filters.map((filter) => (
        <FilterMenu
          key={filter.name}
          filter={filter}
          value={state.filters[filter.name] ?? ""}
          onChange={(value) => state.setFilter(filter.name, value)}
        />
      ))}
      {children}
      {state.active ? (
        <Button variant="ghost" onClick={state.clear}>
          <X aria-hidden />
          {t("clearFilters")}
        </Button>
      ) : null}
    </search>
  );
}

type SearchFieldProps = { value: string; onChange: (value: string) => void; placeholder: string; className?: string };

/** A field that asks once the person has stopped typing. */
export function SearchField({ value, onChange, placeholder, className }: SearchFieldProps) {
  const t = useTranslations("shared.table");
  const input = useRef<HTMLInputElement>(null);
  const [text, setText] = useState(value);
  const [seen, setSeen] = useState(value);
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);
  useEffect(() => () => clearTimeout(timer.current), []);
  // The address changed from outside: back button, cleared filters.
  if (value !== seen) {
    setSeen(value);
    setText(value);
  }
  function change(next: string, afterMs = 0) {
    setText(next);
    clearTimeout(timer.current);
    timer.current = setTimeout(() => {
      setSeen(next.trim());
      onChange(next.trim());
    }, afterMs);
  }
  return (
    <span className={cn("relative w-80 max-md:w-full", className)}>
      <Search className="-translate-y-1/2 pointer-events-none absolute top-1/2 left-2.5 size-4 text-muted" aria-hidden />
      <input
        ref={input}
        type="search"
        data-list-search
        aria-label={placeholder}
        placeholder={placeholder}
        value={text}
        onChange={(event) => change(event.target.value, TYPING_MS)}
        className={cn(inputStyles, "h-8 px-8 max-md:h-10 [&::-webkit-search-cancel-button]:appearance-none")}
      />
      {text ? (
        <Button
          variant="ghost"
          size="icon-sm"
          className="absolute top-1/2 right-0.5 -translate-y-1/2"
          aria-label={t("clearSearch")}
          title={t("clearSearch")}
          onClick={() => {
            change("");
            input.current?.focus();
          }}
        >
          <X aria-hidden />
        </Button>
      ) : null}
    </span>
  );
}

type FilterMenuProps = { filter: TableFilter; value: string; onChange: (value: string) => void };

function FilterMenu({ filter, value, onChange }: FilterMenuProps) {
  const t = useTranslations("shared.table");
  const chosen = value ? value.split(",") : [];
  const labels = filter.options.filter((option) => chosen.includes(option.value)).map((option) => option.label);
  const summary = labels.length > 2 ? `${labels.slice(0, 2).join(", ")} +${labels.length - 2}` : labels.join(", ");
  return (
    <DropdownMenu>
      <DropdownMenuTrigger asChild>
        <Button className={cn("border-dashed", chosen.length > 0 && "border-solid")}>
          <ListFilter className="text-muted" aria-hidden />
          {filter.label}
          {chosen.length > 0 ? <span className="max-w-40 truncate border-l pl-2 text-accent">{summary || value}</span> : null}
        </Button>
      </DropdownMenuTrigger>
      <DropdownMenuContent align="start" className="max-h-96">
        {filter.multiple ? (
          filter.options.map((option) => (
            <DropdownMenuCheckboxItem
              key={option.value}
              checked={chosen.includes(option.value)}
              onSelect={(event) => event.preventDefault()}
              onCheckedChange={(on) =>
                onChange((on ? [...chosen, option.value] : chosen.filter((v) => v !== option.value)).join(","))
              }
            >
              {option.label}
            </DropdownMenuCheckboxItem>
          ))
        ) : (
          <DropdownMenuRadioGroup value={value} onValueChange={onChange}>
            {filter.options.map((option) => (
              <DropdownMenuRadioItem key={option.value} value={option.value}>
                {option.label}
              </DropdownMenuRadioItem>
            ))}
          </DropdownMenuRadioGroup>
        )}
        {chosen.length > 0 ? (
          <>
            <DropdownMenuSeparator />
            <DropdownMenuItem onSelect={() => onChange("")}>{t("any")}</DropdownMenuItem>
          </>
        ) : null}
      </DropdownMenuContent>
    </DropdownMenu>
  );
}
