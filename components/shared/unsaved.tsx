"use client";

import { useRouter } from "next/navigation";
import { useTranslations } from "next-intl";
import { useEffect, useState } from "react";
import { leaveWhenPossible } from "@/components/shell/line";
import { ConfirmDialog } from "./confirm-dialog";

type Ask = (leave: () => void) => void;
/** The guards that are up, the latest last. */
const guards: Ask[] = [];

/** Goes there, unless something is not saved: then the person is asked first. For ways that are no links, such as keys. */
export function leaveWith(leave: () => void): void {
  const ask = guards.at(-1);
  if (ask) ask(() => leaveWhenPossible(leave));
  else leaveWhenPossible(leave);
}

/** While `when`, asks before the page is left by a link, by the back button, by `leaveWith` or by closing the tab. */
export function UnsavedGuard({ when }: { when: boolean }) {
  const t = useTranslations("shared.unsaved");
  const router = useRouter();
  const [leave, setLeave] = useState<(() => void) | null>(null);

  useEffect(() => {
    if (!when) return;
    const ask: Ask = (next) => setLeave(() => next);
    guards.push(ask);
    let isLetThrough = false;

    function onClick(event: MouseEvent) {
      const address = addressOfLeaving(event);
      if (!address) return;
      event.preventDefault();
      event.stopPropagation();
      ask(() => leaveWhenPossible(() => router.push(address)));
    }

    // Heard before the router's own listener: the page stays, and the address is put back.
    function onPopState(event: PopStateEvent) {
      if (isLetThrough || window.location.href === here) return;
      event.stopImmediatePropagation();
      isLetThrough = true;
      window.addEventListener("popstate", swallow, { capture: true, once: true });
      window.history.go(1);
      ask(() => {
        isLetThrough = true;
        window.history.go(-1);
      });
    }
    function swallow(event: PopStateEvent) {
      event.stopImmediatePropagation();
      isLetThrough = false;
    }

    function onBeforeUnload(event: BeforeUnloadEvent) {
      event.preventDefault();
    }

    const here = window.location.href;
    document.addEventListener("click", onClick, { capture: true });
    window.addEventListener("popstate", onPopState, { capture: true });
    window.addEventListener("beforeunload", onBeforeUnload);
    return () => {
      guards.splice(guards.indexOf(ask), 1);
      document.removeEventListener("click", onClick, { capture: true });
      window.removeEventListener("popstate", onPopState, { capture: true });
      window.removeEventListener("beforeunload", onBeforeUnload);
    };
  }, [when, router]);

  return (
    <ConfirmDialog
      open={leave !== null}
      onOpenChange={(open) => !open && setLeave(null)}
      title={t("title")}
      description={t("text")}
      action={t("leave")}
      keep={t("stay")}
      onConfirm={() => {
        leave?.();
        setLeave(null);
      }}
    />
  );
}

/** Where a click on a link leads away from this page; null for any other click. */
export function addressOfLeaving(event: MouseEvent): string | null {
  const link = event.target instanceof Element ? event.target.closest("a") : null;
  return !link || isOwnBusiness(event, link) ? null : link.pathname + link.search + link.hash;
}

/** New tabs, downloads and other hosts leave this page where it is; so do places on it. */
function isOwnBusiness(event: MouseEvent, link: HTMLAnchorElement): boolean {
  const { origin, pathname, search } = window.location;
  const isHere = link.origin === origin && link.pathname === pathname && link.search === search;
  return (
    event.defaultPrevented ||
    event.button !== 0 ||
    event.metaKey ||
    event.ctrlKey ||
    event.shiftKey ||
    event.altKey ||
    (link.target !== "" && link.target !== "_self") ||
    link.hasAttribute("download") ||
    link.origin !== origin ||
    isHere
  );
}

/** Closes a dialog with a form in it, asking first when something in it is not saved. */
export function useGuardedClose(close: () => void) {
  const [isDirty, setDirty] = useState(false);
  const [isAsking, setAsking] = useState(false);
  const t = useTranslations("shared.unsaved");
  const question = (
    <ConfirmDialog
      open={isAsking}
      onOpenChange={setAsking}
      title={t("title")}
      description={t("text")}
      action={t("discard")}
      keep={t("stay")}
      onConfirm={() => {
        setDirty(false);
        close();
      }}
    />
  );
  return { setDirty, question, tryClose: () => (isDirty ? setAsking(true) : close()) };
}
