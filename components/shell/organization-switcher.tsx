"use client";

import { ChevronsUpDown } from "lucide-react";
import { useTranslations } from "next-intl";
import { Avatar } from "@/components/ui/avatar";
import { cn } from "@/components/ui/cn";
import {
  DropdownMenu,
  DropdownMenuContent,
  DropdownMenuLabel,
  DropdownMenuRadioGroup,
  DropdownMenuRadioItem,
  DropdownMenuTrigger,
} from "@/components/ui/dropdown-menu";
import { toast } from "@/components/ui/toast";
import { api } from "@/lib/http/client";
import { useSession } from "./session";

/** The organization's name; with several, a menu to change it. Everything on screen belongs to one, so the page starts anew. */
export function OrganizationSwitcher({ inHeader }: { inHeader?: boolean }) {
  const t = useTranslations("shell");
  const { organization, organizations } = useSession();
  const switchTo = useSwitchOrganization();
  const words = cn("min-w-0 flex-1 truncate text-left font-semibold text-sm", !inHeader && "max-lg:sr-only");
  const frame = cn("flex h-9 w-full min-w-0 items-center gap-2 rounded-md px-1.5", !inHeader && "max-lg:justify-center");

  if (organizations.length < 2) {
    return (
      <div className={frame} title={organization.name}>
        <Avatar name={organization.name} square />
        <span className={words}>{organization.name}</span>
      </div>
    );
  }
  return (
    <DropdownMenu>
      <DropdownMenuTrigger className={cn(frame, "hover:bg-surface-sunken")} title={organization.name}>
        <Avatar name={organization.name} square />
        <span className={words}>{organization.name}</span>
        <span className="sr-only">{t("switchOrganization")}</span>
        <ChevronsUpDown className={cn("size-3.5 shrink-0 text-muted", !inHeader && "max-lg:hidden")} aria-hidden />
      </DropdownMenuTrigger>
      <DropdownMenuContent align="start" className="min-w-52">
        <DropdownMenuLabel>{t("organization")}</DropdownMenuLabel>
        <DropdownMenuRadioGroup value={organization.id} onValueChange={(id) => void switchTo(id)}>
          {organizations.map(({ id, name }) => (
            <DropdownMenuRadioItem key={id} value={id}>
              <span className="truncate">{name}</span>
            </DropdownMenuRadioItem>
          ))}
        </DropdownMenuRadioGroup>
      </DropdownMenuContent>
    </DropdownMenu>
  );
}

export function useSwitchOrganization(): (organizationId: string) => Promise<void> {
  const t = useTranslations("shell");
  const { organization } = useSession();
  return async (organizationId) => {
    if (organizationId === organization.id) return;
    try {
      await api.patch("/me", { body: { organizationId } });
      window.location.assign("/");
    } catch {
      toast.error(t("switchFailed"));
    }
  };
}
