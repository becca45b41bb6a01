"use client";

import { Reply, SmilePlus } from "lucide-react";
import { useTranslations } from "next-intl";
import { DropdownMenu, DropdownMenuContent, DropdownMenuItem, DropdownMenuTrigger } from "@/components/ui/dropdown-menu";

const EMOJIS = ["👍", "❤️", "😂", "😮", "😢", "🙏"];
const LOOK = "grid size-6 place-items-center rounded-sm bg-surface-raised/85 text-muted hover:text-foreground [&_svg]:size-3.5";

/** What the customer does with a message that arrived. */
export function PhoneActs({ onReact, onAnswer }: { onReact: (emoji: string) => void; onAnswer: () => void }) {
  const t = useTranslations("sandbox.phone");
  return (
    <>
      <DropdownMenu>
        <DropdownMenuTrigger aria-label={t("react")} title={t("react")} className={LOOK}>
          <SmilePlus aria-hidden />
        </DropdownMenuTrigger>
        <DropdownMenuContent align="start" className="flex min-w-0">
          {EMOJIS.map((emoji) => (
            <DropdownMenuItem
              key={emoji}
              aria-label={t("reactWith", { emoji })}
              onSelect={() => onReact(emoji)}
              className="px-2 text-md"
            >
              {emoji}
            </DropdownMenuItem>
          ))}
        </DropdownMenuContent>
      </DropdownMenu>
      <button type="button" onClick={onAnswer} aria-label={t("replyTo")} title={t("replyTo")} className={LOOK}>
        <Reply aria-hidden />
      </button>
    </>
  );
}
