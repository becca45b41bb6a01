/** The floating surface of menus, selects and popovers, and one line in it. */
export const menuStyles =
  "max-w-[min(24rem,calc(100vw-1rem))] cursor-default overflow-y-auto overflow-x-hidden whitespace-normal rounded-lg border border-border-strong bg-surface-raised p-1 text-left font-normal text-foreground text-sm shadow-[0_8px_24px_-12px_rgb(0_0_0/0.35)] animate-in focus:outline-none";

export const menuItemStyles =
  "relative flex min-h-8 cursor-default select-none items-center gap-2 rounded-md px-2 py-1 text-sm outline-none aria-disabled:pointer-events-none aria-disabled:opacity-50 max-md:min-h-10 [&_svg]:size-4 [&_svg]:shrink-0";
