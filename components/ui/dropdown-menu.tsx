"use client";

import { Check } from "lucide-react";
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
import { Floating, type Placement, type SurfaceProps, useRoving } from "./floating";
import { menuItemStyles, menuStyles } from "./menu-styles";
import { joinRefs, Slot } from "./slot";

type MenuState = {
  open: boolean;
  /** Opened by the keyboard: the first item is where one goes on. */
  openBy: (how: "pointer" | "first" | "last") => void;
  openedBy: RefObject<"pointer" | "first" | "last">;
  close: () => void;
  trigger: RefObject<HTMLButtonElement | null>;
  id: string;
};

const MenuContext = createContext<MenuState | null>(null);

function useMenu(): MenuState {
  const menu = useContext(MenuContext);
  if (!menu) throw new Error("Parts of a menu stand inside DropdownMenu");
  return menu;
}

/** A button with acts or choices. The page behind stays readable and scrollable while it is open. */
export function DropdownMenu({ children }: { children: ReactNode }) {
  const [open, setOpen] = useState(false);
  const trigger = useRef<HTMLButtonElement>(null);
  const openedBy = useRef<"pointer" | "first" | "last">("pointer");
  const id = useId();
  const menu: MenuState = {
    open,
    openBy: (how) => {
      openedBy.current = how;
      setOpen(true);
    },
    openedBy,
    close: () => setOpen(false),
    trigger,
    id,
  };
  return <MenuContext value={menu}>{children}</MenuContext>;
}

export function DropdownMenuTrigger({ asChild, ref, ...props }: ComponentProps<"button"> & { asChild?: boolean }) {
  const { open, openBy, close, trigger, id } = useMenu();
  const Part = asChild ? Slot : "button";
  return (
    <Part
      id={id}
      {...(asChild ? {} : { type: "button" as const })}
      {...props}
      ref={joinRefs(trigger, ref)}
      aria-haspopup="menu"
      aria-expanded={open}
      aria-controls={open ? `${id}-menu` : undefined}
      data-state={open ? "open" : "closed"}
      // A press of Enter or Space is a click without a pointer.
      onClick={(event) => (open ? close() : openBy(event.detail === 0 ? "first" : "pointer"))}
      onKeyDown={(event) => {
        if (event.key !== "ArrowDown" && event.key !== "ArrowUp") return;
        event.preventDefault();
        openBy(event.key === "ArrowDown" ? "first" : "last");
      }}
    />
  );
}

export function DropdownMenuContent(props: SurfaceProps & Placement) {
  return useMenu().open ? <OpenMenu {...props} /> : null;
}

const ITEMS = "[role^=menuitem]:not([aria-disabled=true])";

function OpenMenu({ className, ...props }: SurfaceProps & Placement) {
  const { close, trigger, id, openedBy } = useMenu();
  const surface = useRef<HTMLDivElement>(null);
  const { focusItem, moveByKey } = useRoving(surface, ITEMS);
  // biome-ignore lint/correctness/useExhaustiveDependencies: once, when it opens.
  useEffect(() => {
    if (openedBy.current === "pointer") surface.current?.focus({ preventScroll: true });
    else focusItem(openedBy.current);
  }, []);
  return (
    <Floating
      ref={surface}
      anchor={trigger}
      onDismiss={close}
      role="menu"
      id={`${id}-menu`}
      aria-labelledby={id}
      tabIndex={-1}
      className={cn(menuStyles, "min-w-44", className)}
      onKeyDown={(event) => {
        if (event.ctrlKey || event.metaKey || event.altKey) return;
        if (event.key === "Tab") {
          trigger.current?.focus();
          close();
        } else if (moveByKey(event.key, event.timeStamp)) {
          event.preventDefault();
          event.stopPropagation();
        }
      }}
      {...props}
    />
  );
}

/** `preventDefault` on it keeps the menu open. */
type SelectEvent = { preventDefault: () => void };

type ItemProps = Omit<ComponentProps<"div">, "onSelect"> & {
  asChild?: boolean;
  danger?: boolean;
  disabled?: boolean;
  onSelect?: (event: SelectEvent) => void;
};

export function DropdownMenuItem({ className, danger, ...props }: ItemProps) {
  return (
    <Item
      role="menuitem"
      className={cn(danger ? "text-danger focus:bg-danger-subtle" : "focus:bg-surface-sunken [&_svg]:text-muted", className)}
      {...props}
    />
  );
}

function Item({ asChild, disabled, onSelect, className, children, ...props }: Omit<ItemProps, "danger">) {
  const { close, trigger } = useMenu();
  const Part = asChild ? Slot : "div";
  return (
    <Part
      tabIndex={-1}
      aria-disabled={disabled || undefined}
      className={cn(menuItemStyles, className)}
      onPointerMove={(event) => {
        if (event.pointerType === "mouse" && !disabled) event.currentTarget.focus({ preventScroll: true });
      }}
      onKeyDown={(event) => {
        if (event.key !== "Enter" && event.key !== " ") return;
        event.preventDefault();
        event.currentTarget.click();
      }}
      onClick={() => {
        if (disabled) return;
        let stays = false;
        onSelect?.({ preventDefault: () => (stays = true) });
        if (stays) return;
        trigger.current?.focus({ preventScroll: true });
        close();
      }}
      {...props}
    >
      {children}
    </Part>
  );
}

type CheckboxItemProps = Omit<ItemProps, "danger" | "asChild"> & {
  checked: boolean;
  onCheckedChange: (checked: boolean) => void;
};

export function DropdownMenuCheckboxItem({
  checked,
  onCheckedChange,
  onSelect,
  children,
  className,
  ...props
}: CheckboxItemProps) {
  return (
    <Item
      role="menuitemcheckbox"
      aria-checked={checked}
      className={cn("pl-8 focus:bg-surface-sunken", className)}
      onSelect={(event) => {
        onCheckedChange(!checked);
        onSelect?.(event);
      }}
      {...props}
    >
      {checked ? <Check className="absolute left-2 text-accent" aria-hidden /> : null}
      {children}
    </Item>
  );
}

type RadioGroupProps = { value: string; onValueChange: (value: string) => void; children: ReactNode };

const RadioContext = createContext<Omit<RadioGroupProps, "children"> | null>(null);

export function DropdownMenuRadioGroup({ value, onValueChange, children }: RadioGroupProps) {
  return (
    <RadioContext value={{ value, onValueChange }}>
      {/* biome-ignore lint/a11y/useSemanticElements: a fieldset is not for menus. */}
      <div role="group">{children}</div>
    </RadioContext>
  );
}

export function DropdownMenuRadioItem({
  value,
  children,
  className,
  ...props
}: Omit<ItemProps, "danger" | "asChild"> & { value: string }) {
  const group = useContext(RadioContext);
  const checked = group?.value === value;
  return (
    <Item
      role="menuitemradio"
      aria-checked={checked}
      className={cn("pl-8 focus:bg-surface-sunken", className)}
      onSelect={() => group?.onValueChange(value)}
      {...props}
    >
      {checked ? <Check className="absolute left-2 text-accent" aria-hidden /> : null}
      {children}
    </Item>
  );
}

export function DropdownMenuLabel({ className, ...props }: ComponentProps<"div">) {
  return <div className={cn("px-2 py-1.5 text-muted text-xs", className)} {...props} />;
}

export function DropdownMenuSeparator() {
  // biome-ignore lint/a11y/useSemanticElements: an hr has looks of its own.
  return <div role="separator" className="-mx-1 my-1 h-px bg-border" />;
}
