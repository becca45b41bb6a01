"use client";

import { LoaderCircle } from "lucide-react";
import dynamic from "next/dynamic";
import { useRouter } from "next/navigation";
import { useTranslations } from "next-intl";
import { useEffect } from "react";
import { addressOfLeaving } from "@/components/shared/unsaved";
import { leaveWhenPossible, useLine } from "./line";

const SessionEnded = dynamic(() => import("./session-ended").then((module) => module.SessionEnded), { ssr: false });

/** Says that nothing answers, keeps the page meanwhile, and asks to sign in again over the page when the session is over. */
export function LineBar() {
  const t = useTranslations("shell.line");
  const { state, held, wasChanging } = useLine();
  const isLost = state === "lost";
  useHeldLinks(isLost);
  return (
    <>
      <div role="status" className="contents">
        {isLost ? (
          <p className="absolute inset-x-0 top-full flex items-center justify-center gap-2 bg-warning-subtle px-4 py-1 text-warning text-xs">
            <LoaderCircle className="size-3.5 shrink-0 animate-spin" aria-hidden />
            {t(held ? "held" : "lost")}
          </p>
        ) : null}
      </div>
      {state === "signed_out" ? <SessionEnded wasChanging={wasChanging} /> : null}
    </>
  );
}

/** A link followed while nothing answers is followed once something does. */
function useHeldLinks(isLost: boolean): void {
  const router = useRouter();
  useEffect(() => {
    if (!isLost) return;
    function onClick(event: MouseEvent) {
      const address = addressOfLeaving(event);
      if (!address) return;
      event.preventDefault();
      event.stopPropagation();
      leaveWhenPossible(() => router.push(address));
    }
    document.addEventListener("click", onClick, { capture: true });
    return () => document.removeEventListener("click", onClick, { capture: true });
  }, [isLost, router]);
}
