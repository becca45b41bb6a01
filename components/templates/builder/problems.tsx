"use client";

import { useTranslations } from "next-intl";
import { createContext, type ReactNode, useCallback, useContext, useMemo } from "react";
import { TEMPLATE_RULES } from "@/lib/whatsapp/template-findings";
import { isNotYet, type Problem } from "./places";

type Shown = { problems: readonly Problem[]; touched: ReadonlySet<string>; isAsked: boolean };

const ProblemsContext = createContext<Shown>({ problems: [], touched: new Set(), isAsked: false });

/** Tells the fields inside what Meta would refuse about them; `isAsked` once somebody wanted to submit. */
export function Problems({ children, ...shown }: Shown & { children: ReactNode }) {
  const { problems, touched, isAsked } = shown;
  const value = useMemo(() => ({ problems, touched, isAsked }), [problems, touched, isAsked]);
  return <ProblemsContext value={value}>{children}</ProblemsContext>;
}

/** What is wrong with one of these fields, in words; undefined while nothing is, or nobody has been there yet. */
export function useProblem(): (...fields: string[]) => string | undefined {
  const { problems, touched, isAsked } = useContext(ProblemsContext);
  const say = useFindingText();
  return (...fields) => {
    const found = problems.find(
      (problem) => fields.includes(problem.field) && (isAsked || !isNotYet(problem) || touched.has(problem.field)),
    );
    return found && say(found);
  };
}

/** A rule of Meta's in the person's language; one that came from Meta itself stands as Meta wrote it. */
export function useFindingText(): (finding: Pick<Problem, "rule" | "limit" | "given" | "message">) => string {
  const t = useTranslations("builder.rules");
  return useCallback(
    ({ rule, limit, given, message }) => (rule in TEMPLATE_RULES ? t(rule, { limit: limit ?? "", given: given ?? "" }) : message),
    [t],
  );
}
