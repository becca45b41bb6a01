"use client";

import { Copy, Ellipsis, Trash2 } from "lucide-react";
import dynamic from "next/dynamic";
import { useTranslations } from "next-intl";
import { useState } from "react";
import { Button } from "@/components/ui/button";
import { DropdownMenu, DropdownMenuContent, DropdownMenuItem, DropdownMenuTrigger } from "@/components/ui/dropdown-menu";
import type { Template } from "@/lib/templates/schema";

const DuplicateDialog = dynamic(() => import("./duplicate-dialog").then((module) => module.DuplicateDialog));
const RemoveDialog = dynamic(() => import("./remove-dialog").then((module) => module.RemoveDialog));

/** What is done to a template now and then. */
export function TemplateActions({ template }: { template: Template }) {
  const t = useTranslations("templates.actions");
  const [open, setOpen] = useState<"duplicate" | "remove" | null>(null);
  const close = () => setOpen(null);
  return (
    <>
      <DropdownMenu>
        <DropdownMenuTrigger asChild>
          <Button size="icon" aria-label={t("label")} title={t("label")} className="max-md:flex-none!">
            <Ellipsis aria-hidden />
          </Button>
        </DropdownMenuTrigger>
        <DropdownMenuContent>
          <DropdownMenuItem onSelect={() => setOpen("duplicate")}>
            <Copy aria-hidden />
            {t("duplicate")}
          </DropdownMenuItem>
          <DropdownMenuItem danger disabled={template.status === "DISABLED"} onSelect={() => setOpen("remove")}>
            <Trash2 aria-hidden />
            {t("delete")}
          </DropdownMenuItem>
        </DropdownMenuContent>
      </DropdownMenu>
      {open === "duplicate" ? <DuplicateDialog template={template} onClose={close} /> : null}
      {open === "remove" ? <RemoveDialog template={template} onClose={close} /> : null}
    </>
  );
}
