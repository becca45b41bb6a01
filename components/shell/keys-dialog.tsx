"use client";

import { useTranslations } from "next-intl";
import { Fragment } from "react";
import { Dialog, DialogContent } from "@/components/ui/dialog";
import { Kbd } from "@/components/ui/kbd";
import { NAVIGATION, SANDBOX } from "./navigation";

export function KeysDialog({ open, onOpenChange }: { open: boolean; onOpenChange: (open: boolean) => void }) {
  const t = useTranslations("shell");
  return (
    <Dialog open={open} onOpenChange={onOpenChange}>
      <DialogContent title={t("shortcuts.title")} description={t("shortcuts.description")}>
        <div className="grid gap-5 sm:grid-cols-2">
          <Keys
            title={t("shortcuts.general")}
            lines={[
              { keys: ["Ctrl", "K"], words: t("shortcuts.palette") },
              { keys: ["/"], words: t("shortcuts.search") },
              { keys: ["?"], words: t("shortcuts.help") },
            ]}
          />
          <Keys
            title={t("nav.inbox")}
            lines={(["j", "k", "r", "n", "e", "a"] as const).map((key) => ({
              keys: [key.toUpperCase()],
              words: t(`shortcuts.inbox.${key}`),
            }))}
          />
          <Keys
            title={t("shortcuts.navigation")}
            lines={[...NAVIGATION, SANDBOX].map(({ name, key }) => ({ keys: ["G", key.toUpperCase()], words: t(`nav.${name}`) }))}
          />
        </div>
      </DialogContent>
    </Dialog>
  );
}

function Keys({ title, lines }: { title: string; lines: { keys: string[]; words: string }[] }) {
  return (
    <div className="grid content-start gap-1">
      <h3 className="text-muted text-xs">{title}</h3>
      <dl className="grid text-sm">
        {lines.map(({ keys, words }) => (
          <div key={words} className="flex min-h-8 items-center justify-between gap-3">
            <dt>{words}</dt>
            <dd className="flex gap-1">
              {keys.map((key) => (
                <Fragment key={key}>
                  <Kbd>{key}</Kbd>
                </Fragment>
              ))}
            </dd>
          </div>
        ))}
      </dl>
    </div>
  );
}
