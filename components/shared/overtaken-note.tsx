"use client";

import { useTranslations } from "next-intl";
import { Button } from "@/components/ui/button";
import { Note } from "./note";

/** Somebody else has saved meanwhile: take theirs, or save knowing it. */
export function OvertakenNote({ onTakeTheirs }: { onTakeTheirs: () => void }) {
  const t = useTranslations("shared.overtaken");
  return (
    <Note
      tone="warning"
      title={t("title")}
      action={
        <Button size="sm" onClick={onTakeTheirs}>
          {t("take")}
        </Button>
      }
    >
      {t("text")}
    </Note>
  );
}
