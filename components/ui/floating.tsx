"use client";

import { type ComponentProps, type RefObject, useEffect, useLayoutEffect, useRef } from "react";

/** Space that is left to the edges of the window, and the tallest that a surface becomes before it scrolls. */
const EDGE_PX = 8;
const TALLEST_PX = 384;

export type Placement = {
  align?: "start" | "center" | "end";
  side?: "top" | "bottom";
  sideOffset?: number;
};

export type SurfaceProps = Omit<ComponentProps<"div">, "ref">;

type FloatingProps = SurfaceProps &
  Placement & {
    anchor: RefObject<HTMLElement | null>;
    ref: RefObject<HTMLDivElement | null>;
    /** Esc, a press outside, or the focus gone elsewhere; the first gives the focus back to the anchor. */
    onDismiss: (reason: "escape" | "outside") => void;
  };

/**
 * A surface beside its anchor, in the browser's top layer but in its own place of the document: it stays inside its landmark, nothing
 * clips it, and the page around it stays readable.
 */
export function Floating({ anchor, ref, onDismiss, align = "start", side = "bottom", sideOffset = 4, ...props }: FloatingProps) {
  const dismiss = useLatest(onDismiss);

  useLayoutEffect(() => {
    const surface = ref.current;
    if (!surface || !anchor.current) return;
    surface.showPopover();
    const place = () => anchor.current && placeBeside(surface, anchor.current, { align, side, sideOffset });
    place();
    const observer = new ResizeObserver(place);
    observer.observe(surface);
    window.addEventListener("resize", place);
    window.addEventListener("scroll", place, { capture: true, passive: true });
    return () => {
      observer.disconnect();
      window.removeEventListener("resize", place);
      window.removeEventListener("scroll", place, { capture: true });
    };
  }, [anchor, ref, align, side, sideOffset]);

  useEffect(() => {
    const isOurs = (target: EventTarget | null) =>
      target instanceof Node && (ref.current?.contains(target) || anchor.current?.contains(target));
    const press = (event: PointerEvent) => {
      if (!isOurs(event.target)) dismiss.current("outside");
    };
    const leave = (event: FocusEvent) => {
      if (event.relatedTarget && isOurs(event.target) && !isOurs(event.relatedTarget)) dismiss.current("outside");
    };
    // Before a dialog around us hears it: one press of Esc closes one thing.
    const closeOnEscape = (event: KeyboardEvent) => {
      if (event.key !== "Escape" || !isInnermost(ref.current)) return;
      event.preventDefault();
      event.stopImmediatePropagation();
      dismiss.current("escape");
      anchor.current?.focus();
    };
    document.addEventListener("pointerdown", press, true);
    document.addEventListener("focusout", leave);
    window.addEventListener("keydown", closeOnEscape, true);
    return () => {
      document.removeEventListener("pointerdown", press, true);
      document.removeEventListener("focusout", leave);
      window.removeEventListener("keydown", closeOnEscape, true);
    };
  }, [anchor, ref, dismiss]);

  return <div ref={ref} popover="manual" {...props} />;
}

function isInnermost(surface: HTMLElement | null): boolean {
  return surface !== null && surface.querySelector(":popover-open") === null;
}

function placeBeside(surface: HTMLElement, anchor: HTMLElement, { align, side, sideOffset = 0 }: Placement): void {
  const at = anchor.getBoundingClientRect();
  const { clientWidth, clientHeight } = document.documentElement;
  surface.style.setProperty("--trigger-width", `${at.width}px`);
  surface.style.maxHeight = "none";
  const below = clientHeight - at.bottom - sideOffset - EDGE_PX;
  const above = at.top - sideOffset - EDGE_PX;
  const wanted = Math.min(surface.scrollHeight, TALLEST_PX);
  const isAbove = side === "top" ? above >= wanted || above > below : below < wanted && above > below;
  surface.style.maxHeight = `${Math.max(80, Math.min(TALLEST_PX, isAbove ? above : below))}px`;
  const { offsetWidth: width, offsetHeight: height } = surface;
  const left = align === "end" ? at.right - width : align === "center" ? at.left + (at.width - width) / 2 : at.left;
  surface.style.inset = "auto";
  surface.style.left = `${Math.max(EDGE_PX, Math.min(left, clientWidth - width - EDGE_PX))}px`;
  surface.style.top = `${isAbove ? at.top - sideOffset - height : at.bottom + sideOffset}px`;
}

/** Always what was given last, for listeners that stay. */
export function useLatest<T>(value: T): RefObject<T> {
  const latest = useRef(value);
  useLayoutEffect(() => {
    latest.current = value;
  });
  return latest;
}

/** Moves the focus among the items of a menu or list by arrows, Home, End, and by typing the beginning of a word. */
export function useRoving(list: RefObject<HTMLElement | null>, selector: string) {
  const typed = useRef({ text: "", at: 0 });
  const items = () => [...(list.current?.querySelectorAll<HTMLElement>(selector) ?? [])];

  function focusItem(which: "first" | "last" | "chosen"): void {
    const all = items();
    const chosen = all.find((item) => item.ariaSelected === "true" || item.ariaChecked === "true");
    (which === "last" ? all.at(-1) : which === "chosen" ? (chosen ?? all[0]) : all[0])?.focus();
  }

  /** True when the key was ours. */
  function moveByKey(key: string, timeStamp: number): boolean {
    const all = items();
    const present = all.indexOf(document.activeElement as HTMLElement);
    if (key === "ArrowDown") all[(present + 1) % all.length]?.focus();
    else if (key === "ArrowUp") all[present <= 0 ? all.length - 1 : present - 1]?.focus();
    else if (key === "Home") all[0]?.focus();
    else if (key === "End") all.at(-1)?.focus();
    else if (key.length === 1 && (key !== " " || isTyping(timeStamp))) focusByText(all, present, key, timeStamp);
    else return false;
    return true;
  }

  function isTyping(timeStamp: number): boolean {
    return typed.current.text !== "" && timeStamp - typed.current.at < TYPING_MS;
  }

  function focusByText(all: HTMLElement[], present: number, key: string, timeStamp: number): void {
    const text = (isTyping(timeStamp) ? typed.current.text : "") + key.toLocaleLowerCase();
    typed.current = { text, at: timeStamp };
    const isRepeat = [...text].every((letter) => letter === text[0]);
    const wanted = isRepeat ? (text[0] ?? "") : text;
    const from = isRepeat ? present + 1 : Math.max(present, 0);
    const inOrder = [...all.slice(from), ...all.slice(0, from)];
    inOrder.find((item) => item.textContent?.trim().toLocaleLowerCase().startsWith(wanted))?.focus();
  }

  return { focusItem, moveByKey };
}

const TYPING_MS = 700;
