import {
  Blocks,
  Gauge,
  Inbox,
  LayoutTemplate,
  type LucideIcon,
  MessagesSquare,
  PenLine,
  Settings,
  Smartphone,
  Users,
} from "lucide-react";
import type { Permission } from "@/lib/organizations/permissions";

export type NavName =
  | "overview"
  | "inbox"
  | "messages"
  | "compose"
  | "templates"
  | "contacts"
  | "integrations"
  | "settings"
  | "sandbox";

export type NavItem = { name: NavName; href: string; icon: LucideIcon; key: string; permission?: Permission };

/** The nouns in the order of the work; `key` follows `g`. */
export const NAVIGATION: readonly NavItem[] = [
  { name: "overview", href: "/", icon: Gauge, key: "o" },
  { name: "inbox", href: "/conversations", icon: Inbox, key: "b", permission: "messages:read" },
  { name: "messages", href: "/messages", icon: MessagesSquare, key: "m", permission: "messages:read" },
  { name: "compose", href: "/compose", icon: PenLine, key: "n", permission: "messages:write" },
  { name: "templates", href: "/templates", icon: LayoutTemplate, key: "t", permission: "templates:read" },
  { name: "contacts", href: "/contacts", icon: Users, key: "c", permission: "contacts:read" },
  { name: "integrations", href: "/integrations", icon: Blocks, key: "i", permission: "integrations:read" },
  { name: "settings", href: "/settings", icon: Settings, key: "s" },
];

export const SANDBOX: NavItem = { name: "sandbox", href: "/sandbox", icon: Smartphone, key: "p", permission: "sandbox:read" };

export function isPresentPlace(item: NavItem, pathname: string): boolean {
  return item.href === "/" ? pathname === "/" : pathname === item.href || pathname.startsWith(`${item.href}/`);
}
