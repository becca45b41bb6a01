"use client";

import { useTranslations } from "next-intl";
import { CopyButton } from "@/components/shared/copy-button";
import { Time } from "@/components/shared/time";
import { Button } from "@/components/ui/button";
import { Dialog, DialogContent } from "@/components/ui/dialog";

export type ShownLink = { url: string; expiresAt: string; email: string; kind: "invitation" | "password" };

/** A link that is shown only now, to be passed on by a way that the two people trust. */
export function OneTimeLinkDialog({ link, onClose }: { link: ShownLink | null; onClose: () => void }) {
  const t = useTranslations("settings.link");
  const common = useTranslations("common");
  if (!link) return null;
  return (
    <Dialog open onOpenChange={(open) => open || onClose()}>
      <DialogContent
        title={t(`${link.kind}.title`, { email: link.email })}
        description={t(`${link.kind}.description`)}
        footer={
          <>
            <Button onClick={onClose}>{common("done")}</Button>
            <CopyButton value={link.url} label={t("copy")} variant="primary" size="md" />
          </>
        }
      >
        <div className="grid gap-2">
          <p className="break-all rounded-lg border bg-surface p-3 font-mono text-xs">{link.url}</p>
          <p className="text-muted text-xs">{t.rich("expires", { at: () => <Time at={link.expiresAt} format="full" /> })}</p>
        </div>
      </DialogContent>
    </Dialog>
  );
}
