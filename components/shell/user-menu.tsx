"use client";

import { Keyboard, LogOut, UserRound } from "lucide-react";
import { useTranslations } from "next-intl";
import { Avatar } from "@/components/ui/avatar";
import {
  DropdownMenu,
  DropdownMenuContent,
  DropdownMenuItem,
  DropdownMenuSeparator,
  DropdownMenuTrigger,
} from "@/components/ui/dropdown-menu";
import { Kbd } from "@/components/ui/kbd";
import { Link } from "@/components/ui/link";
import { signOut } from "./choices";
import { LanguageItems, ThemeItems } from "./preferences";
import { useSession } from "./session";

export function UserMenu({ onShowKeys }: { onShowKeys: () => void }) {
  const t = useTranslations("shell");
  const { user, role } = useSession();
  return (
    <DropdownMenu>
      <DropdownMenuTrigger
        className="grid size-8 place-items-center rounded-full max-md:size-10"
        aria-label={t("account")}
        title={user.name}
      >
        <Avatar name={user.name} className="size-7" />
      </DropdownMenuTrigger>
      <DropdownMenuContent align="end" className="min-w-56">
        <div className="grid px-2 py-1.5">
          <span className="truncate font-medium text-sm">{user.name}</span>
          <span className="truncate text-muted text-xs">{user.email}</span>
          <span className="text-muted text-xs">{t(`roles.${role}`)}</span>
        </div>
        <div className="md:hidden">
          <DropdownMenuSeparator />
          <LanguageItems />
          <DropdownMenuSeparator />
          <ThemeItems />
        </div>
        <DropdownMenuSeparator />
        <DropdownMenuItem asChild>
          <Link href="/settings/account">
            <UserRound aria-hidden />
            {t("account")}
          </Link>
        </DropdownMenuItem>
        <DropdownMenuItem onSelect={onShowKeys} className="max-md:hidden">
          <Keyboard aria-hidden />
          {t("keyboardShortcuts")}
          <Kbd className="ml-auto">?</Kbd>
        </DropdownMenuItem>
        <DropdownMenuItem onSelect={() => void signOut()}>
          <LogOut aria-hidden />
          {t("signOut")}
        </DropdownMenuItem>
      </DropdownMenuContent>
    </DropdownMenu>
  );
}
