"use client";

import { CircleAlert, CircleCheck, CircleDashed } from "lucide-react";
import { useTranslations } from "next-intl";
import { Card, CardHeader, CardTitle } from "@/components/ui/card";
import { isNotYet, type Problem } from "./places";
import { useFindingText } from "./problems";

type ChecksPanelProps = { problems: readonly Problem[]; onGo: (field: string) => void; children: React.ReactNode };

/** Everything that Meta would refuse, each leading to its field, and what one does in the end. */
export function ChecksPanel({ problems, onGo, children }: ChecksPanelProps) {
  const t = useTranslations("builder.checks");
  const say = useFindingText();
  const part = usePart();
  return (
    <Card>
      <CardHeader>
        <CardTitle>{t("title")}</CardTitle>
        <span className="text-muted text-xs tabular-nums" aria-live="polite">
          {t("open", { count: problems.length })}
        </span>
      </CardHeader>
      {problems.length === 0 ? (
        <p className="flex items-center gap-2 px-4 py-3 text-sm">
          <CircleCheck aria-hidden className="size-4 shrink-0 text-success" />
          {t("good")}
        </p>
      ) : (
        <ul className="grid max-h-56 overflow-y-auto py-1.5">
          {problems.map((problem) => {
            const isOpen = isNotYet(problem);
            const Icon = isOpen ? CircleDashed : CircleAlert;
            return (
              <li key={`${problem.path} ${problem.rule}`}>
                <button
                  type="button"
                  className="flex w-full gap-2 px-4 py-1.5 text-left text-sm hover:bg-surface-sunken focus-visible:-outline-offset-2"
                  onClick={() => onGo(problem.field)}
                >
                  <Icon aria-hidden className={`mt-0.5 size-4 shrink-0 ${isOpen ? "text-muted" : "text-danger"}`} />
                  <span className="min-w-0 break-words">
                    <span className="font-medium">{part(problem.field)}: </span>
                    {say(problem)}
                  </span>
                </button>
              </li>
            );
          })}
        </ul>
      )}
      <div className="grid gap-2 border-t p-4">{children}</div>
    </Card>
  );
}

/** What a person calls the part that a field is in. */
function usePart(): (field: string) => string {
  const t = useTranslations("builder.parts");
  return (field) => {
    const [first = ""] = field.split(".");
    const isSample = field.includes(".example.") && !field.includes("header_handle");
    if (isSample) return t("sample");
    return t.has(first as never) ? t(first as never) : t("template");
  };
}
