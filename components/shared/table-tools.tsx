"use client";

import { Columns3, Download } from "lucide-react";
import { useTranslations } from "next-intl";
import { Button } from "@/components/ui/button";
import {
  DropdownMenu,
  DropdownMenuCheckboxItem,
  DropdownMenuContent,
  DropdownMenuLabel,
  DropdownMenuTrigger,
} from "@/components/ui/dropdown-menu";

type ColumnsMenuProps = {
  columns: { id: string; label: string; visible: boolean }[];
  onChange: (id: string, visible: boolean) => void;
};

export function ColumnsMenu({ columns, onChange }: ColumnsMenuProps) {
  const t = useTranslations("shared.table");
  const visibleCount = columns.filter((column) => column.visible).length;
  return (
    <DropdownMenu>
      <DropdownMenuTrigger asChild>
        <Button size="icon" aria-label={t("columns")} title={t("columns")} className="max-md:hidden">
          <Columns3 aria-hidden />
        </Button>
      </DropdownMenuTrigger>
      <DropdownMenuContent align="end">
        <DropdownMenuLabel>{t("columns")}</DropdownMenuLabel>
        {columns.map((column) => (
          <DropdownMenuCheckboxItem
            key={column.id}
            checked={column.visible}
            disabled={column.visible && visibleCount === 1}
            onCheckedChange={(visible) => onChange(column.id, visible)}
            onSelect={(event) => event.preventDefault()}
          >
            {column.label}
          </DropdownMenuCheckboxItem>
        ))}
      </DropdownMenuContent>
    </DropdownMenu>
  );
}

/** Everything that matches, streamed by the server, where it offers that; else the rows that are loaded. */
export function ExportButton({ href, count, onExport }: { href?: string; count: number; onExport: () => void }) {
  const t = useTranslations("shared.table");
  if (href) {
    return (
      <Button asChild size="icon" title={t("exportAll")}>
        <a href={href} download aria-label={t("exportAll")}>
          <Download aria-hidden />
        </a>
      </Button>
    );
  }
  const label = t("exportLoaded", { count });
  return (
    <Button size="icon" aria-label={label} title={label} disabled={count === 0} onClick={onExport}>
      <Download aria-hidden />
    </Button>
  );
}
