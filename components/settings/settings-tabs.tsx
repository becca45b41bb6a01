"use client";

import { useTranslations } from "next-intl";
import { TabLinks } from "@/components/shared/tab-links";
import { useCan } from "@/components/shell/session";
import type { Permission } from "@/lib/organizations/permissions";

/** The pages of the settings, and what a person needs to open them. */
export const SETTINGS_PAGES = [
  { name: "organization", href: "/settings", permission: "organization:read" },
  { name: "hours", href: "/settings/hours", permission: "organization:read" },
  { name: "consent", href: "/settings/consent", permission: "organization:read" },
  { name: "inbox", href: "/settings/inbox", permission: "organization:read" },
  { name: "members", href: "/settings/members", permission: "members:read" },
  { name: "tokens", href: "/settings/tokens", permission: "tokens:read" },
  { name: "audit", href: "/settings/audit", permission: "audit:read" },
  { name: "account", href: "/settings/account", permission: null },
] as const satisfies readonly { name: string; href: string; permission: Permission | null }[];

/** Only the pages that the person's role opens. */
export function SettingsTabs() {
  const t = useTranslations("settings");
  const can = useCan();
  const links = SETTINGS_PAGES.filter((tab) => tab.permission === null || can(tab.permission)).map(({ name, href }) => ({
    href,
    label: t(`tabs.${name}`),
  }));
  return <TabLinks label={t("title")} links={links} />;
}
