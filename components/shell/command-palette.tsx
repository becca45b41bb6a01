"use client";

import { Command } from "cmdk";
import {
  Blocks,
  BookText,
  Building2,
  Keyboard,
  KeyRound,
  Languages,
  LayoutTemplate,
  LogOut,
  type LucideIcon,
  MessageSquare,
  PenLine,
  Plug,
  RefreshCw,
  Search,
  Settings,
  SunMoon,
  UserPlus,
  UserRound,
} from "lucide-react";
import { useRouter } from "next/navigation";
import { useLocale, useTranslations } from "next-intl";
import { useTheme } from "next-themes";
import { Dialog as Primitive } from "radix-ui";
import { type ReactNode, useDeferredValue, useState } from "react";
import { SETTINGS_PAGES } from "@/components/settings/settings-tabs";
import { StatusBadge } from "@/components/shared/status-badge";
import { Time } from "@/components/shared/time";
import { leaveWith } from "@/components/shared/unsaved";
import { cn } from "@/components/ui/cn";
import { overlayStyles } from "@/components/ui/dialog";
import { Kbd } from "@/components/ui/kbd";
import { LANGUAGE_NAMES, LANGUAGES } from "@/lib/i18n/languages";
import { formatPhone, readE164 } from "@/lib/phone-format";
import { signOut } from "./choices";
import { NAVIGATION, SANDBOX } from "./navigation";
import { useSwitchOrganization } from "./organization-switcher";
import { useOwnLanguage } from "./own-language";
import { answersTo, found, useContactSearch, useIntegrationSearch, useMessageSearch, useTemplateSearch } from "./palette-search";
import { useCan, useSession } from "./session";

type CommandPaletteProps = { open: boolean; onOpenChange: (open: boolean) => void; onShowKeys: () => void };

/** Reaches every page, the common actions, contacts and messages by typing. */
export function CommandPalette({ open, onOpenChange, onShowKeys }: CommandPaletteProps) {
  const t = useTranslations("shell.palette");
  return (
    <Primitive.Root open={open} onOpenChange={onOpenChange}>
      <Primitive.Portal>
        <Primitive.Overlay className={overlayStyles} />
        <Primitive.Content
          aria-describedby={undefined}
          className="-translate-x-1/2 fixed top-[10vh] left-1/2 z-50 w-[min(36rem,calc(100vw-1.5rem))] overflow-hidden rounded-lg border border-border-strong bg-surface-raised shadow-[0_24px_64px_-24px_rgb(0_0_0/0.45)] animate-in focus:outline-none"
        >
          <Primitive.Title className="sr-only">{t("title")}</Primitive.Title>
          <Palette close={() => onOpenChange(false)} onShowKeys={onShowKeys} />
        </Primitive.Content>
      </Primitive.Portal>
    </Primitive.Root>
  );
}

function Palette({ close, onShowKeys }: { close: () => void; onShowKeys: () => void }) {
  const t = useTranslations("shell");
  const router = useRouter();
  const can = useCan();
  const language = useLocale();
  const chooseLanguage = useOwnLanguage();
  const { resolvedTheme, setTheme } = useTheme();
  const settings = useTranslations("settings");
  const switchTo = useSwitchOrganization();
  const { organization, organizations } = useSession();
  const [text, setText] = useState("");
  const query = useDeferredValue(text.trim());
  const contacts = useContactSearch(query, can("contacts:read"));
  const phone = readE164(query);
  const messages = useMessageSearch(query, can("messages:read"));
  const templates = useTemplateSearch(query);
  const integrations = useIntegrationSearch(query);

  function run(act: () => void) {
    close();
    act();
  }
  const go = (href: string) => run(() => leaveWith(() => router.push(href)));
  const pages = [...NAVIGATION, SANDBOX].filter((item) => !item.permission || can(item.permission));
  const settingsPages = SETTINGS_PAGES.filter(({ permission }) => permission === null || can(permission));
  const otherOrganizations = organizations.filter(({ id }) => id !== organization.id);
  const otherLanguages = LANGUAGES.filter((code) => code !== language);

  return (
    <Command label={t("palette.title")} loop filter={answersTo}>
      <div className="flex items-center gap-2.5 border-b px-4">
        <Search className="size-4 shrink-0 text-muted" aria-hidden />
        <Command.Input
          autoFocus
          value={text}
          onValueChange={setText}
          placeholder={t("palette.placeholder")}
          className="h-12 w-full bg-transparent text-base outline-none placeholder:text-muted max-md:text-md"
        />
      </div>
      <Command.List
        label={t("palette.title")}
        className="max-h-[min(26rem,60vh)] overflow-y-auto p-1.5 [&_[cmdk-group-heading]]:px-2.5 [&_[cmdk-group-heading]]:pt-2 [&_[cmdk-group-heading]]:pb-1 [&_[cmdk-group-heading]]:text-muted [&_[cmdk-group-heading]]:text-xs"
      >
        <Command.Empty className="px-3 py-8 text-center text-muted text-sm">
          {contacts.isFetching || messages.isFetching ? t("palette.searching") : t("palette.empty", { query: text })}
        </Command.Empty>
        {phone && can("messages:write") ? (
          <Item icon={PenLine} value={found(query)} onSelect={() => go(`/compose?to=${encodeURIComponent(phone)}`)}>
            {t("palette.sendTo", { phone: formatPhone(phone) })}
          </Item>
        ) : null}
        {contacts.data && contacts.data.data.length > 0 ? (
          <Command.Group heading={t("palette.contacts")}>
            {contacts.data.data.map((contact) => (
              <Item key={contact.id} icon={UserRound} value={found(contact.id)} onSelect={() => go(`/contacts/${contact.id}`)}>
                <span className="truncate">
                  {contact.name ?? (contact.phoneNumber ? formatPhone(contact.phoneNumber) : contact.id)}
                </span>
                {contact.name && contact.phoneNumber ? (
                  <span className="ml-auto shrink-0 text-muted text-xs tabular-nums">{formatPhone(contact.phoneNumber)}</span>
                ) : null}
              </Item>
            ))}
          </Command.Group>
        ) : null}
        {messages.data && messages.data.data.length > 0 ? (
          <Command.Group heading={t("palette.messages")}>
            {messages.data.data.map((message) => (
              <Item
                key={message.id}
                icon={MessageSquare}
                value={found(message.id)}
                onSelect={() => go(`/messages/${message.id}`)}
              >
                <span className="shrink-0">
                  {message.contactName ?? formatPhone(message.phoneNumber ?? message.userId ?? "")}
                </span>
                <span className="min-w-0 flex-1 truncate text-muted">{message.text}</span>
                <StatusBadge kind="message" status={message.status} plain />
                <Time at={message.createdAt} format="short" className="shrink-0 text-muted text-xs" />
              </Item>
            ))}
          </Command.Group>
        ) : null}
        {templates.length > 0 ? (
          <Command.Group heading={t("nav.templates")}>
            {templates.map((template) => (
              <Item
                key={template.id}
                icon={LayoutTemplate}
                value={found(template.id)}
                onSelect={() => go(`/templates/${template.id}`)}
              >
                <span className="truncate">{template.name}</span>
                <span className="ml-auto shrink-0 text-muted text-xs">{template.language}</span>
              </Item>
            ))}
          </Command.Group>
        ) : null}
        {integrations.length > 0 ? (
          <Command.Group heading={t("nav.integrations")}>
            {integrations.map((integration) => (
              <Item
                key={integration.id}
                icon={Blocks}
                value={found(integration.id)}
                onSelect={() => go(`/integrations/${integration.id}`)}
              >
                <span className="truncate">{integration.name}</span>
                <StatusBadge kind="integration" status={integration.status} plain />
              </Item>
            ))}
          </Command.Group>
        ) : null}
        <Command.Group heading={t("palette.pages")}>
          {pages.map((item) => (
            <Item
              key={item.name}
              icon={item.icon}
              value={t(`nav.${item.name}`)}
              keywords={[item.name]}
              onSelect={() => go(item.href)}
            >
              {t(`nav.${item.name}`)}
              <span className="ml-auto flex gap-1 max-md:hidden">
                <Kbd>G</Kbd>
                <Kbd>{item.key.toUpperCase()}</Kbd>
              </span>
            </Item>
          ))}
          {settingsPages.map(({ name, href }) => (
            <Item
              key={name}
              icon={Settings}
              value={`${t("nav.settings")}: ${settings(`tabs.${name}`)}`}
              keywords={[name]}
              onSelect={() => go(href)}
            >
              {t("nav.settings")}: {settings(`tabs.${name}`)}
            </Item>
          ))}
        </Command.Group>
        <Command.Group heading={t("palette.actions")}>
          {can("messages:write") ? (
            <Item icon={PenLine} value={t("palette.sendMessage")} keywords={["send", "compose"]} onSelect={() => go("/compose")}>
              {t("palette.sendMessage")}
            </Item>
          ) : null}
          {can("integrations:write") ? (
            <Item icon={Plug} value={t("palette.connectIntegration")} onSelect={() => go("/integrations/new")}>
              {t("palette.connectIntegration")}
            </Item>
          ) : null}
          {can("contacts:write") ? (
            <Item icon={UserPlus} value={t("palette.addContact")} onSelect={() => go("/contacts?new=1")}>
              {t("palette.addContact")}
            </Item>
          ) : null}
          {can("templates:write") ? (
            <Item icon={RefreshCw} value={t("palette.syncTemplates")} onSelect={() => go("/templates?sync=1")}>
              {t("palette.syncTemplates")}
            </Item>
          ) : null}
          {can("tokens:write") ? (
            <Item icon={KeyRound} value={t("palette.createToken")} onSelect={() => go("/settings/tokens?new=1")}>
              {t("palette.createToken")}
            </Item>
          ) : null}
          {can("members:write") ? (
            <Item icon={UserPlus} value={t("palette.invite")} onSelect={() => go("/settings/members?new=1")}>
              {t("palette.invite")}
            </Item>
          ) : null}
          {otherOrganizations.map(({ id, name }) => (
            <Item
              key={id}
              icon={Building2}
              value={`${t("switchOrganization")} ${name}`}
              onSelect={() => run(() => leaveWith(() => void switchTo(id)))}
            >
              {t("switchOrganization")}: {name}
            </Item>
          ))}
          <Item
            icon={SunMoon}
            value={t("palette.toggleTheme")}
            keywords={["theme", "dark", "light"]}
            onSelect={() => run(() => setTheme(resolvedTheme === "dark" ? "light" : "dark"))}
          >
            {t("palette.toggleTheme")}
          </Item>
          {otherLanguages.map((code) => (
            <Item
              key={code}
              icon={Languages}
              value={`language ${LANGUAGE_NAMES[code]}`}
              onSelect={() => run(() => chooseLanguage(code))}
            >
              {t("palette.switchLanguage", { language: LANGUAGE_NAMES[code] })}
            </Item>
          ))}
          <Item
            icon={BookText}
            value={t("palette.apiReference")}
            keywords={["openapi", "docs"]}
            onSelect={() => run(() => window.open("/api/v1/openapi.json", "_blank", "noopener"))}
          >
            {t("palette.apiReference")}
          </Item>
          <Item icon={Keyboard} value={t("keyboardShortcuts")} onSelect={() => run(onShowKeys)}>
            {t("keyboardShortcuts")}
            <Kbd className="ml-auto max-md:hidden">?</Kbd>
          </Item>
          <Item icon={LogOut} value={t("signOut")} onSelect={() => run(() => leaveWith(() => void signOut()))}>
            {t("signOut")}
          </Item>
        </Command.Group>
      </Command.List>
    </Command>
  );
}

type ItemProps = {
  icon: LucideIcon;
  value: string;
  /** Other words it answers to. */
  keywords?: string[];
  onSelect: () => void;
  children: ReactNode;
};

function Item({ icon: Icon, value, keywords, onSelect, children }: ItemProps) {
  return (
    <Command.Item
      value={value}
      keywords={keywords}
      onSelect={onSelect}
      className={cn(
        "flex min-h-9 cursor-default select-none items-center gap-2.5 rounded-md px-2.5 text-sm data-[selected=true]:bg-surface-sunken max-md:min-h-11",
      )}
    >
      <Icon className="size-4 shrink-0 text-muted" aria-hidden />
      {children}
    </Command.Item>
  );
}
