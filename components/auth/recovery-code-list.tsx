"use client";

import { Download } from "lucide-react";
import { useTranslations } from "next-intl";
import { CopyButton } from "@/components/shared/copy-button";
import { Note } from "@/components/shared/note";
import { Button } from "@/components/ui/button";

/** The only time that recovery codes are seen. */
export function RecoveryCodeList({ codes, onKept }: { codes: string[]; onKept: () => void }) {
  const t = useTranslations("auth.secondFactor");
  const text = `${codes.join("\n")}\n`;
  return (
    <div className="grid gap-4">
      <Note tone="warning" title={t("codesTitle")}>
        {t("codesDescription")}
      </Note>
      <ul className="grid grid-cols-2 gap-x-6 gap-y-1 rounded-lg border bg-surface p-3 font-mono text-sm">
        {codes.map((code) => (
          <li key={code}>{code}</li>
        ))}
      </ul>
      <div className="flex flex-wrap gap-2">
        <CopyButton value={text} label={t("copy")} size="md" />
        <Button asChild>
          <a href={`data:text/plain;charset=utf-8,${encodeURIComponent(text)}`} download="message-console-recovery-codes.txt">
            <Download aria-hidden />
            {t("download")}
          </a>
        </Button>
      </div>
      <Button variant="primary" size="lg" onClick={onKept}>
        {t("kept")}
      </Button>
    </div>
  );
}
