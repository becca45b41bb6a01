"use client";

import {
  type ComponentProps,
  createContext,
  type ReactNode,
  type RefObject,
  useContext,
  useEffect,
  useId,
  useRef,
  useState,
} from "react";
import { cn } from "./cn";
import { Floating, type Placement, type SurfaceProps } from "./floating";
import { menuStyles } from "./menu-styles";
import { joinRefs, Slot } from "./slot";

type PopoverState = { open: boolean; setOpen: (open: boolean) => void; trigger: RefObject<HTMLButtonElement | null>; id: string };

const PopoverContext = createContext<PopoverState | null>(null);

function usePopover(): PopoverState {
  const popover = useContext(PopoverContext);
  if (!popover) throw new Error("Parts of a popover stand inside Popover");
  return popover;
}

type PopoverProps = { open?: boolean; onOpenChange?: (open: boolean) => void; children: ReactNode };

/** A button with a small form or list that does not take the page away. */
export function Popover({ open, onOpenChange, children }: PopoverProps) {
  const [own, setOwn] = useState(false);
  const trigger = useRef<HTMLButtonElement>(null);
  const id = useId();
  const state: PopoverState = {
    open: open ?? own,
    setOpen: (next) => {
      setOwn(next);
      onOpenChange?.(next);
    },
    trigger,
    id,
  };
  return <PopoverContext value={state}>{children}</PopoverContext>;
}

type PartProps = ComponentProps<"button"> & { asChild?: boolean };

export function PopoverTrigger({ asChild, ref, ...props }: PartProps) {
  const { open, setOpen, trigger, id } = usePopover();
  const Part = asChild ? Slot : "button";
  return (
    <Part
      {...(asChild ? {} : { type: "button" as const })}
      {...props}
      ref={joinRefs(trigger, ref)}
      aria-haspopup="dialog"
      aria-expanded={open}
      aria-controls={open ? `${id}-popover` : undefined}
      data-state={open ? "open" : "closed"}
      onClick={() => setOpen(!open)}
    />
  );
}

export function PopoverClose({ asChild, ...props }: PartProps) {
  const { setOpen, trigger } = usePopover();
  const Part = asChild ? Slot : "button";
  return (
    <Part
      {...props}
      onClick={() => {
        trigger.current?.focus();
        setOpen(false);
      }}
    />
  );
}

type ContentProps = SurfaceProps & Placement & { "aria-label": string };

export function PopoverContent(props: ContentProps) {
  return usePopover().open ? <OpenPopover {...props} /> : null;
}

const TABBABLE = "input, select, textarea, button:not([disabled]), a[href], [tabindex='0']";

function OpenPopover({ className, ...props }: ContentProps) {
  const { setOpen, trigger, id } = usePopover();
  const surface = useRef<HTMLDivElement>(null);
  useEffect(() => {
    (surface.current?.querySelector<HTMLElement>(TABBABLE) ?? surface.current)?.focus({ preventScroll: true });
    const opener = trigger.current;
    // Closed by a choice inside: whoever chose goes on from the button.
    return () => {
      if (document.activeElement === document.body) opener?.focus({ preventScroll: true });
    };
  }, [trigger]);
  return (
    <Floating
      ref={surface}
      anchor={trigger}
      onDismiss={() => setOpen(false)}
      role="dialog"
      id={`${id}-popover`}
      tabIndex={-1}
      className={cn(menuStyles, "w-72 p-3", className)}
      {...props}
    />
  );
}
